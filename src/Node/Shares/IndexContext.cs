using FriendNet.Node.Linux;

namespace FriendNet.Node.Shares;

/// <summary>What a scan needs of its surroundings.</summary>
/// <param name="Excluded">Folders never entered.</param>
/// <param name="Hasher">Begun when there is something to hash.</param>
/// <param name="Committed">Called after each commit.</param>
/// <param name="IsGone">Whether a path of another or the same share is no longer there.</param>
internal sealed record IndexContext(
    IReadOnlyList<FileStat> Excluded,
    Func<FileHasher> Hasher,
    Action Committed,
    Func<int, string, bool> IsGone
);
