namespace FriendNet.Node.Failures;

/// <summary>One row: the same failure as exit code, API code and HTTP status.</summary>
/// <param name="Code">In <c>code</c> of problem+json and of a failed transfer.</param>
public sealed record FailureRow(FailureKind Kind, string Code, int HttpStatus, string Meaning);

/// <summary>The only list of failures; docs/cli.md and <c>help exit-codes</c> show it.</summary>
public static class FailureTable
{
    public static IReadOnlyList<FailureRow> Rows { get; } =
    [
        new(FailureKind.None, "ok", 200, "done, all of it"),
        new(FailureKind.Internal, "internal", 500, "a bug or something unforeseen"),
        new(FailureKind.Usage, "usage", 400, "wrong words on the command line"),
        new(FailureKind.NotRunning, "not-running", 503, "no daemon runs on this home"),
        new(FailureKind.NotFound, "not-found", 404, "no such friend, share, file or transfer"),
        new(FailureKind.NoSource, "no-source", 409, "nobody who has it is online now"),
        new(FailureKind.Disk, "disk", 507, "a disk is full, fails, or refuses access"),
        new(FailureKind.Corrupt, "corrupt", 502, "sources sent bytes that are not the file"),
        new(FailureKind.Cancelled, "cancelled", 409, "the transfer was cancelled or paused"),
        new(FailureKind.Invitation, "invitation", 422, "the invitation is bad, used or expired"),
        new(FailureKind.HomeInUse, "home-in-use", 409, "another daemon runs on this home"),
        new(FailureKind.PortInUse, "port-in-use", 409, "the port to listen on is taken"),
        new(FailureKind.Damaged, "damaged", 500, "a database or key file is damaged"),
        new(FailureKind.Setup, "setup", 409, "no identity yet, wrong passphrase, bad config"),
        new(FailureKind.Exists, "exists", 409, "it is there already"),
        new(FailureKind.Unreachable, "unreachable", 504, "the friend could not be reached"),
        new(FailureKind.Full, "full", 409, "there are as many already as there may be"),
        new(FailureKind.Interrupted, "interrupted", 499, "Ctrl-C; transfers go on by themselves"),
    ];

    public static FailureRow Of(FailureKind kind) => Rows.Single(row => row.Kind == kind);

    /// <summary>An unknown code is <see cref="FailureKind.Internal"/>.</summary>
    public static FailureKind Kind(string? code) =>
        Rows.FirstOrDefault(row => row.Code == code)?.Kind ?? FailureKind.Internal;
}
