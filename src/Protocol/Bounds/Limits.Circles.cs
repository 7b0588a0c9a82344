namespace FriendNet.Protocol.Bounds;

// Of circles: heads, gossip, content.
public static partial class Limits
{
    /// <summary>Links that a head may go; beyond, a circle would be the public.</summary>
    public const int HorizonMax = 4;

    /// <summary>Heads that one friend tells: a friend of 1,000 friends, four times over.</summary>
    public const int HeadsPerFriendMax = 4_096;

    /// <summary>News in one message; about 50 KiB.</summary>
    public const int HeadsBatchMax = 256;

    /// <summary>Bytes of one such message: it is one frame.</summary>
    public const int HeadsBytesMax = 60 * 1024;

    /// <summary>
    /// News told and not yet taken: a friend that does not keep up is not buried.
    /// </summary>
    public const int HeadsWindowMax = 256;

    /// <summary>News after which the taker says so at most: half a window.</summary>
    public const int HeadsTakenEvery = 128;

    /// <summary>
    /// News of one friend taken each second: 1,000 publishers, each once a minute.
    /// </summary>
    public const int HeadsPerSecond = 20;

    /// <summary>News of one friend taken at once: all it may tell.</summary>
    public const int HeadsBurst = 4_096;

    /// <summary>
    /// Links of one friend that begin at once with a comparison of all that is told: some
    /// milliseconds of ours for one message of its.
    /// </summary>
    public const int ComparesBurst = 16;

    /// <summary>Seconds between comparisons with one friend after that.</summary>
    public const int CompareSeconds = 10;

    /// <summary>
    /// News wait so long for others: many heads, one record; blurs when they were made.
    /// </summary>
    public const int HeadFoldMilliseconds = 1_000;

    /// <summary>Days until a head that was not refreshed is told no more.</summary>
    public const int HeadDays = 30;

    /// <summary>
    /// Hours until a head without a change is signed anew: last-seen has a day's resolution.
    /// </summary>
    public const int HeadRefreshHours = 24;

    /// <summary>Days of one pseudonym.</summary>
    public const int PseudonymDays = 30;

    /// <summary>
    /// Seconds a head may be ahead of our clock: more is an error, not a time zone.
    /// </summary>
    public const int HeadSkewSeconds = 24 * 3600;

    /// <summary>Own heads signed at once.</summary>
    public const int OwnHeadsBurst = 4;

    /// <summary>Seconds between own heads after that.</summary>
    public const int OwnHeadSeconds = 60;

    /// <summary>A delta that rides with its head: about 40 changed entries.</summary>
    public const int HeadDeltaBytesMax = 4_096;

    /// <summary>Catalogs asked for at once: a batch of small ones.</summary>
    public const int CircleWantsMax = 64;

    /// <summary>Entries of such a batch: about 0.5 MB.</summary>
    public const int CircleAskEntriesMax = 8_192;

    /// <summary>
    /// Questions for circle catalogs under way, one a link: memory of the receiver.
    /// </summary>
    public const int CircleAsksMax = 8;

    /// <summary>
    /// Entries of a catalog checked as a whole: 28 KB lost to a liar. Above, it comes in parts.
    /// </summary>
    public const int CirclePartEntries = 512;

    /// <summary>
    /// Friends asked for parts of one catalog at once: enough to fill a line, and few lose work
    /// when one of them is slow.
    /// </summary>
    public const int CirclePartTellersMax = 4;

    /// <summary>Entries kept that one friend brought: it may be the way to 1,000 others.</summary>
    public const int CircleEntriesPerFriendMax = 500_000;

    /// <summary>Encoded bytes kept that one friend brought.</summary>
    public const long CircleBytesPerFriendMax = 128L * 1024 * 1024;

    /// <summary>Of those entries only the friend's own may take so many: a catalog.</summary>
    public const int CircleOwnEntriesMax = 100_000;

    /// <summary>Of those bytes only the friend's own may take so many: a catalog.</summary>
    public const long CircleOwnBytesMax = 32 * 1024 * 1024;

    /// <summary>Entries kept of all circles: about 1.5 GB on disk.</summary>
    public const int CircleEntriesMax = 4_000_000;

    /// <summary>Deltas remembered of one catalog: a friend away for some changes.</summary>
    public const int DeltasKeptMax = 16;

    /// <summary>Bytes of them.</summary>
    public const int DeltasKeptBytes = 256 * 1024;

    /// <summary>Bytes of deltas that wait to be told with their heads; more go without.</summary>
    public const int DeltaMemoryBytes = 16 * 1024 * 1024;
}
