using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>What a link brings for a transfer now.</summary>
public readonly record struct SourceRate(LinkId Link, long BytesPerSecond);

/// <summary>A transfer at a moment.</summary>
/// <param name="Place">The full path where it is, or will be if nothing takes that name.</param>
/// <param name="SecondsLeft">Null while the rate does not tell.</param>
/// <param name="Why">A sentence, while it does not go on.</param>
public sealed record TransferProgress(
    TransferRow Row,
    string Place,
    long BytesStored,
    long BytesPerSecond,
    long? SecondsLeft,
    IReadOnlyList<SourceRate> Sources,
    string? Why
)
{
    /// <summary>Not null while what came before is hashed again: how much of it, in percent.
    /// </summary>
    public int? Checked { get; init; }

    /// <summary>Who sent what wrong since the start.</summary>
    public IReadOnlyList<Blamed> Blamed { get; init; } = [];
}

/// <summary>How a transfer ended, for the one who waits for it.</summary>
/// <param name="State">Done, Cancelled, or Paused when it stopped for the reason given.</param>
public readonly record struct TransferEnd(TransferState State, string? Place, string? Why);
