using FriendNet.Node.Failures;

namespace FriendNet.Node.Api;

/// <summary>A path of this machine as a caller says it.</summary>
internal static class SaidPath
{
    /// <exception cref="FailureException">It depends on where the daemon stands.</exception>
    public static string Absolute(string said) =>
        Path.IsPathRooted(said) && !said.Contains('\0', StringComparison.Ordinal)
            ? Path.GetFullPath(said)
            : throw new FailureException(
                FailureKind.Usage,
                $"\"{said}\" is no absolute path: write it from / on."
            );
}
