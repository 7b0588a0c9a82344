using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Budgets;

/// <summary>
/// How much may pass in one direction, in bytes a second; null: no limit; 0: nothing.
/// </summary>
/// <param name="Total">For all friends together.</param>
/// <param name="Friend">For each friend.</param>
public sealed record Rates(long? Total, long? Friend)
{
    public static readonly Rates Unlimited = new(null, null);

    /// <summary>Friends for whom another rate holds than <see cref="Friend"/>.</summary>
    public IReadOnlyDictionary<FriendId, long?> Others { get; init; } =
        new Dictionary<FriendId, long?>();

    public bool IsLimited =>
        Total is not null || Friend is not null || Others.Values.Any(rate => rate is not null);

    public long? Of(FriendId friend) => Others.TryGetValue(friend, out var own) ? own : Friend;
}
