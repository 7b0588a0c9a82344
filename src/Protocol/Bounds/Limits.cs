namespace FriendNet.Protocol.Bounds;

/// <summary>Every limit of the protocol; docs/protocol.md holds the same table.</summary>
public static partial class Limits
{
    /// <summary>Body of one frame: 4 leaves; larger gains nothing, smaller costs calls.</summary>
    public const int FrameBodyBytesMax = 64 * 1024;

    /// <summary>
    /// DATA asked for by one fetch: one run; enough to hide a round trip in pairs.
    /// </summary>
    public const int FetchBytesMax = 1024 * 1024;

    /// <summary>
    /// Slices in one fetch: a run of small files, and a request that fits one frame.
    /// </summary>
    public const int FetchSlicesMax = 256;

    /// <summary>
    /// Fetches outstanding on one link: 32 MiB, what comes while a disk flushes what it holds.
    /// </summary>
    public const int LinkFetchesMax = 32;

    /// <summary>
    /// Bytes asked for and not yet stored, on all links: memory of the receiver.
    /// </summary>
    public const int FetchesBytesMax = 48 * 1024 * 1024;

    /// <summary>Beside that: what came and waits for disks that do not answer.</summary>
    public const int ParkedBytesMax = 2 * FetchesBytesMax;

    /// <summary>
    /// Seconds without a byte on a link that owes some: its fetches go elsewhere.
    /// </summary>
    public const int FetchSilenceSeconds = 30;

    /// <summary>
    /// Seconds until a transfer without a source looks again; doubles each time.
    /// </summary>
    public const int RetrySecondsMin = 5;

    /// <summary>Seconds between such looks at most: a look is cheap, being late is not.</summary>
    public const int RetrySecondsMax = 600;

    /// <summary>
    /// Seconds between looks for sources that circles brought: many circles come together.
    /// </summary>
    public const int CircleLookSecondsMin = 5;

    /// <summary>Files of all transfers for which such a look may be made in a second.</summary>
    public const int CircleLooksInSecond = 100;

    /// <summary>Files whose sources are looked up at once, for one transfer.</summary>
    public const int SourceLookupsMax = 4;

    /// <summary>
    /// Lookups in a row that found nobody linked, after which the transfer waits.
    /// </summary>
    public const int SourceLookupsFruitlessMax = 64;

    /// <summary>Streams open on one link, each way.</summary>
    public const int LinkStreamsMax = 256;

    /// <summary>A file's length: 16 TiB keeps every count of runs within 2^24.</summary>
    public const long FileBytesMax = 1L << 44;

    /// <summary>One name of a path, UTF-8: what Linux file systems hold.</summary>
    public const int NameBytesMax = 255;

    /// <summary>A whole path, UTF-8.</summary>
    public const int PathBytesMax = 4096;

    /// <summary>Folders within folders.</summary>
    public const int PathDepthMax = 64;

    /// <summary>Entries that one friend's catalog may hold here.</summary>
    public const int CatalogEntriesMax = 100_000;

    /// <summary>Bytes of entries that one friend's catalog may hold here.</summary>
    public const long CatalogBytesMax = 32L * 1024 * 1024;

    /// <summary>
    /// Folders of one friend's catalog: deep empty paths cost us, not the friend.
    /// </summary>
    public const int CatalogFoldersMax = 100_000;

    /// <summary>
    /// Bytes of paths of those folders, all in memory while it is applied: as of its entries.
    /// </summary>
    public const long CatalogFolderBytesMax = 32L * 1024 * 1024;

    /// <summary>Catalog answers under way on one link: a friend needs one at a time.</summary>
    public const int CatalogAnswersMax = 1;

    /// <summary>Seconds at most until a catalog that failed to come is asked for again.</summary>
    public const int CatalogRetrySecondsMax = 300;

    /// <summary>Seconds at first if asking again cannot help: a lie, or over a limit.</summary>
    public const int CatalogLastingSeconds = 600;

    /// <summary>
    /// Seconds at most for the same: somebody may have repaired it within a day.
    /// </summary>
    public const int CatalogLastingSecondsMax = 24 * 3600;

    /// <summary>Unauthenticated connections held at once; the oldest goes when full.</summary>
    public const int StrangersMax = 256;

    /// <summary>Unauthenticated connections from one IPv4 address or IPv6 /64.</summary>
    public const int StrangersPerAddressMax = 4;

    /// <summary>Seconds to finish a handshake.</summary>
    public const int HandshakeSeconds = 10;

    /// <summary>Seconds a stranger is read on after its handshake failed, at least.</summary>
    public const int DiscardSecondsMin = 30;

    /// <summary>The same, at most: the moment is drawn between the two.</summary>
    public const int DiscardSecondsMax = 180;

    /// <summary>Friends of one node: the veil tag costs one HMAC a friend.</summary>
    public const int FriendsMax = 1_000;

    /// <summary>Open invitations of one node.</summary>
    public const int InvitationsMax = 1_000;

    /// <summary>Addresses told by a friend.</summary>
    public const int AddressesMax = 16;

    /// <summary>One address: a DNS name of 253, a colon, a port.</summary>
    public const int AddressBytesMax = 259;

    /// <summary>Uncle hashes of one run: a file has 2^24 runs at most.</summary>
    public const int ProofHashesMax = 24;

    /// <summary>
    /// Addresses in an invitation: an IPv4, an IPv6, a name, and one in the LAN.
    /// </summary>
    public const int InvitationAddressesMax = 4;

    /// <summary>Friends dialed at once: as a burst, a router's table still holds it.</summary>
    public const int DialsMax = 32;

    /// <summary>
    /// Seconds between two dials to one friend at most; then its news is 5 min late.
    /// </summary>
    public const int RedialSecondsMax = 300;

    /// <summary>
    /// Two links to one friend opened within this many seconds were dialed at once, and the
    /// smaller id's one stays; after it the newer one does. More than a dial can take.
    /// </summary>
    public const int SimultaneousSeconds = 30;

    /// <summary>Seconds to wait for one address to accept a connection.</summary>
    public const int ConnectSeconds = 5;

    /// <summary>Seconds without a byte after which a PING is sent.</summary>
    public const int KeepaliveSeconds = 25;

    /// <summary>Seconds without a byte after which the link is given up.</summary>
    public const int SilenceSeconds = 60;

    /// <summary>Shortest hello or answer: hides whether a card of usual size is in it.</summary>
    public const int HandshakeBytesMin = 512;

    /// <summary>Longest hello or answer: one TCP segment, also over IPv6.</summary>
    public const int HandshakeBytesMax = 1_400;

    /// <summary>Hellos remembered against replay; older ones fall to the timestamp rule.</summary>
    public const int ReplaysMax = 4_096;

    /// <summary>
    /// Records under one key: a leaked key opens 4 GiB at most; a rekey costs one record more.
    /// </summary>
    public const int KeyRecordsMax = 65_536;

    /// <summary>Seconds of one key in use, as WireGuard's.</summary>
    public const int KeySeconds = 120;

    /// <summary>With padding on, small records end at multiples of this many bytes.</summary>
    public const int PaddedBytes = 512;

    /// <summary>
    /// Bodies padded where the setting asks; a few hundred bytes hide little of a longer one.
    /// </summary>
    public const int PaddedBodyBytesMax = 4096;

    /// <summary>
    /// Control frames waiting to be sent; more means that the peer does not read.
    /// </summary>
    public const int ControlFramesMax = 1_024;

    /// <summary>Bytes of control frames waiting to be sent: 16 of the longest.</summary>
    public const int ControlBytesMax = 1024 * 1024;

    /// <summary>Pieces of one answer waiting: PART and DATA of each slice, and the END.</summary>
    public const int StreamPiecesMax = (2 * FetchSlicesMax) + 1;

    /// <summary>Bytes of answers waiting on one link: a run for each fetch.</summary>
    public const int LinkQueuedBytesMax = LinkFetchesMax * FetchBytesMax;

    /// <summary>Interactive frames in a row while bulk ones wait: bulk keeps a ninth.</summary>
    public const int InteractiveBurstMax = 8;

    /// <summary>Credit of one stream: the largest catalog, twice over.</summary>
    public const int StreamCreditMax = 64 * 1024 * 1024;

    /// <summary>Steps applied to the catalogs in one turn of the writer.</summary>
    public const int TurnStepsMax = 2_000;

    /// <summary>Time of one turn: so long may a friend's catalog wait for another's.</summary>
    public const int TurnMilliseconds = 50;
}
