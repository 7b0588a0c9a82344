namespace FriendNet.Protocol.Bounds;

// Of what is kept here.
public static partial class Limits
{
    /// <summary>Secrets of one friend made by redemptions whose answers may be lost.</summary>
    public const int FreshSecretsMax = 4;

    /// <summary>Transfers that are done and still listed; older ones are forgotten.</summary>
    public const int TransfersDoneMax = 1_000;

    /// <summary>Destinations that never wait for each other; more of them share.</summary>
    public const int DisksMax = 8;

    /// <summary>Seconds until what our disk stopped is tried again; doubles each time.</summary>
    public const int DiskRetrySecondsMin = 15;

    /// <summary>Of that at most: trying costs a look, and of a full disk a few fetches.</summary>
    public const int DiskRetrySecondsMax = 600;

    /// <summary>
    /// Days from the start of a cancelled transfer on which its part, found gone, may come back.
    /// </summary>
    public const int PartGoneDaysMax = 90;

    /// <summary>Readers of files that arrive, at once: a player has one to three.</summary>
    public const int ReadersMax = 16;

    /// <summary>Runs fetched ahead of a new reader: few, as they share the link.</summary>
    public const int ReadAheadRunsMin = 4;

    /// <summary>The same, of a quick one: all that may be asked for at once.</summary>
    public const int ReadAheadRunsMax = FetchesBytesMax / FetchBytesMax;

    /// <summary>Seconds of its own rate that are fetched ahead of a reader.</summary>
    public const int ReadAheadSeconds = 8;

    /// <summary>
    /// Seconds a reader waits while nothing arrives; as long as players wait for a server.
    /// </summary>
    public const int ReadWaitSeconds = 60;

    /// <summary>Names of a folder in one answer of the local API: some MB of JSON.</summary>
    public const int BrowsedNamesMax = 10_000;

    /// <summary>Groups of friends.</summary>
    public const int GroupsMax = 256;

    /// <summary>A group's name, UTF-8: as a friend's.</summary>
    public const int GroupNameBytesMax = 64;

    /// <summary>A .torrent: layers of 1 TiB in 1 MiB pieces, or 100,000 files twice over.</summary>
    public const int TorrentBytesMax = 32 * 1024 * 1024;

    /// <summary>Files of a torrent: as of a catalog.</summary>
    public const int TorrentFilesMax = 100_000;

    /// <summary>Bytes of all paths in it: a folder, named once, counts for each file.</summary>
    public const long TorrentPathBytesMax = 32L * 1024 * 1024;

    /// <summary>
    /// Values in one bencoding: 5 a file, as many again for folders; under 256 MB.
    /// </summary>
    public const int BEncodedValuesMax = 1_000_000;

    /// <summary>Values within values: 64 names, and what stands above and below them.</summary>
    public const int BEncodedDepthMax = PathDepthMax + 8;

    /// <summary>Seconds that who sent wrong bytes is asked last, at first; then doubled.</summary>
    public const int GuiltSecondsMin = 600;

    /// <summary>Seconds of that at most: a day, in which a disk may be mended.</summary>
    public const int GuiltSecondsMax = 86_400;
}
