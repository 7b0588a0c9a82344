namespace FriendNet.Protocol.Bounds;

// Of trust paths.
public static partial class Limits
{
    /// <summary>A message of a path's handshake: a key of 32, an offer of 1, a tag of 16.</summary>
    public const int PathHelloBytes = 49;

    /// <summary>Bytes of a path under way at one hop: a block of 1 MiB less one frame.</summary>
    public const int PathWindowBytes = 15 * FrameBodyBytesMax;

    /// <summary>Paths of ours, open or opening: 3 MiB each.</summary>
    public const int PathsOwnMax = 16;

    /// <summary>Paths of ours over one friend: half of all.</summary>
    public const int PathsPerLinkMax = PathsOwnMax / 2;

    /// <summary>Paths to one pseudonym: a third would share its uplink anyway.</summary>
    public const int PathsPerSourceMax = 2;

    /// <summary>Paths that end here: each is a link with two threads.</summary>
    public const int PathsServedMax = 32;

    /// <summary>Paths that end here and come over one friend.</summary>
    public const int PathsServedPerFriendMax = 8;

    /// <summary>
    /// Questions for leaves over one path that ends here: each costs a run read and hashed.
    /// </summary>
    public const int PathLeavesPerSecond = 1;

    /// <summary>The same, at once.</summary>
    public const int PathLeavesBurst = 8;

    /// <summary>Paths that we relay, with two rings each: 64 MiB at the very most.</summary>
    public const int RelaysMax = 32;

    /// <summary>Paths that we relay for one friend.</summary>
    public const int RelaysPerFriendMax = 8;

    /// <summary>Paths for others towards one next hop: half of what it takes from us.</summary>
    public const int RelaysPerHopMax = PathsServedPerFriendMax / 2;

    /// <summary>Next hops that a relay tries for one path.</summary>
    public const int RelayRoutesMax = 3;

    /// <summary>
    /// Paths that one friend may ask for: each costs the far end a key agreement.
    /// </summary>
    public const int PathOpensPerSecond = 4;

    /// <summary>The same, at once.</summary>
    public const int PathOpensBurst = 16;

    /// <summary>Seconds until a way that does not answer is given up.</summary>
    public const int PathOpenSeconds = 10;

    /// <summary>Seconds until a relay asks the next hop: three within the asker's time.</summary>
    public const int RelayWaySeconds = 3;

    /// <summary>Seconds at most that a way which failed rests.</summary>
    public const int PathRetrySecondsMax = 300;

    /// <summary>A path that ended sooner counts as a failure of its way.</summary>
    public const int PathLivedSeconds = 10;

    /// <summary>
    /// Seconds after which a path that nobody wants is closed; one that we relay gives way.
    /// </summary>
    public const int PathIdleSeconds = 60;

    /// <summary>Bytes that a relay grants with an OPEN; all else from its budget.</summary>
    public const int RelayFirstBytes = FrameBodyBytesMax;

    /// <summary>Bytes granted ahead of the budget: a second at 4 MB/s.</summary>
    public const int RelayLeaseBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Bulk frames in a row while relayed ones wait: keepalives inside must pass.
    /// </summary>
    public const int BulkBurstMax = 32;
}
