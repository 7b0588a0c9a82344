using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Holdings;

/// <summary>
/// Which contents are kept where not all can be: what is under way before what is done, of that
/// the largest, of what is done the newest.
/// </summary>
public static class HeldRank
{
    /// <summary>The least goes first.</summary>
    /// <param name="newest">Of the transfers that it is part of.</param>
    public static (bool IsUnderway, long Transfer, long Length) Of(
        ContentId id,
        TransferId newest,
        bool isDone
    ) => (!isDone, isDone ? newest.Value : 0, id.Length);
}
