namespace FriendNet.Node.Api.Contract;

/// <summary>GET /reach: how far the circles go, and how they overlap.</summary>
/// <param name="One">Friends.</param>
/// <param name="Two">Pseudonyms at two steps or more that no friend has at one.</param>
/// <param name="Overlaps">The largest 50.</param>
/// <param name="Oldest">When the oldest of those heads was signed; null: there is none.</param>
public sealed record Reach(
    ReachRing One,
    ReachRing Two,
    IReadOnlyList<ReachFriend> Friends,
    IReadOnlyList<ReachPair> Overlaps,
    DateTimeOffset? Oldest
);

/// <param name="Online">Linked, or reached through a friend that is.</param>
/// <param name="Files">As their heads say; the same content of two counts twice.</param>
public sealed record ReachRing(int People, int Online, long Files, long Bytes);

/// <summary>What lies behind a friend.</summary>
/// <param name="OnlyThrough">People that no other friend leads to.</param>
public sealed record ReachFriend(
    string Name,
    int People,
    int OnlyThrough,
    long Files,
    long Bytes,
    long FilesOnlyThrough
);

/// <param name="Common">People that both lead to.</param>
public sealed record ReachPair(string One, string Other, int Common);
