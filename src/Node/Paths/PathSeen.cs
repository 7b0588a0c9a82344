using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Paths;

/// <summary>What we have to do with a path.</summary>
public enum PathRole
{
    /// <summary>We asked for it.</summary>
    Ours,

    /// <summary>We carry it.</summary>
    Relayed,

    /// <summary>It ends here.</summary>
    Served,
}

/// <summary>Bytes of one direction.</summary>
/// <param name="Rate">In the last whole second.</param>
public readonly record struct PathFlow(long Bytes, long Rate);

/// <summary>A path as far as this node knows it. A snapshot.</summary>
/// <param name="IsOpen">False: it is asked for.</param>
/// <param name="Near">The friend that carries it, or for whom it is carried.</param>
/// <param name="Onward">Of a relayed one: the friend that it goes to.</param>
/// <param name="RoundTrip">To the other end; a relay does not know it.</param>
/// <param name="In">From the other end; of a relayed one: from the asker.</param>
public sealed record PathSeen(
    PathRole Role,
    bool IsOpen,
    PseudonymId Pseudonym,
    FriendId? Near,
    FriendId? Onward,
    TimeSpan? RoundTrip,
    PathFlow In,
    PathFlow Out
)
{
    /// <summary>Of a relayed one.</summary>
    public long Number { get; init; }

    public Instant? Since { get; init; }
}
