using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Engine;

/// <summary>What a node is told once, at its start.</summary>
public sealed record EngineSettings
{
    /// <summary>Friends of friends.</summary>
    public const int HorizonUsual = 2;

    /// <summary>How many links own heads may go, 1 to HorizonMax.</summary>
    public int Horizon { get; init; } = HorizonUsual;

    /// <summary>How heads are read and verified.</summary>
    public ReadHead ReadHead { get; init; } = SignedHead.TryRead;

    /// <summary>How own pseudonyms are proved, and friends' are checked.</summary>
    public required Possession Possession { get; init; }

    /// <summary>Whether friends are told of, and served, what is being fetched.</summary>
    public bool ShareParts { get; init; } = true;

    /// <summary>What is known of pseudonyms; null: what gossip brings.</summary>
    public PathWays? Ways { get; init; }
}
