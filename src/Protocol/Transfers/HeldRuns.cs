using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>Runs of a content that somebody holds.</summary>
public readonly record struct HeldRuns(ContentId Id, IReadOnlyList<int> Runs);
