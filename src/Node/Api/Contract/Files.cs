namespace FriendNet.Node.Api.Contract;

/// <summary>POST /shares.</summary>
/// <param name="Friends">Names of who may see it: terms <c>friend:NAME</c>.</param>
/// <param name="Audience">Terms: friends, circle, friend:NAME, group:NAME. Neither said: friends.
/// </param>
public sealed record NewShare(
    string Path,
    string? Name = null,
    IReadOnlyList<string>? Friends = null,
    IReadOnlyList<string>? Audience = null
);

/// <summary>PATCH /shares/NAME: who may see it from now on.</summary>
public sealed record ShareChange(IReadOnlyList<string> Audience);

/// <param name="State">ready, indexing or missing.</param>
/// <param name="Files">Indexed so far.</param>
/// <param name="Friends">Names of who may see it; null: not only friends by name.</param>
/// <param name="Audience">Terms; what is gone stands with its id. None: for nobody.</param>
/// <param name="Hashing">How far the scan under way is; null: none.</param>
/// <param name="Problem">What keeps files from being shared, for people.</param>
/// <param name="LeftOut">
/// Names of friends, and circle, who may see it and are not shown it: it is too much.
/// </param>
public sealed record Share(
    string Name,
    string Path,
    string State,
    long Files,
    long Bytes,
    IReadOnlyList<string>? Friends,
    Hashing? Hashing,
    string? Problem,
    IReadOnlyList<string> Audience,
    IReadOnlyList<string> LeftOut
);

/// <summary>A scan under way.</summary>
/// <param name="Files">To hash, as far as known.</param>
public sealed record Hashing(
    long FilesDone,
    long Files,
    long BytesDone,
    long Bytes,
    long BytesPerSecond
);

/// <summary>
/// One name in a folder of a friend's catalog, or of what a friend sees of ours.
/// </summary>
/// <param name="Kind">file or folder.</param>
/// <param name="Id">What <c>get</c> takes.</param>
/// <param name="Root">BEP 52 pieces root, 64 hex digits; null for a folder.</param>
/// <param name="Files">Files within a folder; 1 for a file.</param>
/// <param name="Friend">Whose it is, or the friend through whom we know of it.</param>
/// <param name="Owner">Whose it is: a friend's name, or ~ and 12 digits of a pseudonym.</param>
public sealed record Entry(
    string Name,
    string Kind,
    string Id,
    string? Root,
    long Size,
    long Files,
    string Friend,
    string Owner
);

/// <summary>One result of a search.</summary>
/// <param name="Number">What <c>get</c> takes as well, until the next search.</param>
/// <param name="Ways">In how many ways it can be reached.</param>
public sealed record Hit(
    int Number,
    string Id,
    string? Root,
    string Name,
    string Path,
    string Kind,
    long Size,
    long Files,
    IReadOnlyList<Source> Sources,
    int Ways
);

/// <param name="Via">The friend through whom it comes.</param>
/// <param name="Hops">1: the friend has it.</param>
/// <param name="LastSeen">If not online; of a friend of a friend the day only.</param>
/// <param name="Owner">Whose it is: a friend's name, or ~ and 12 digits of a pseudonym.</param>
public sealed record Source(
    string Via,
    int Hops,
    bool Online,
    DateTimeOffset? LastSeen,
    string Owner
);

/// <summary>POST /transfers.</summary>
/// <param name="What">Id of a file or a folder, or the number of a result.</param>
/// <param name="Into">Absolute folder; null: the download folder.</param>
/// <param name="Quiet">Friends are neither told that it is fetched nor served what came.</param>
public sealed record NewTransfer(string What, string? Into = null, bool Quiet = false);

/// <param name="State">
/// fetching, waiting, checking (what came before is hashed again), paused, finishing, done, failed
/// (tried again by itself) or cancelled.</param>
/// <param name="Done">Bytes verified and on disk, of <paramref name="Total"/>.</param>
/// <param name="Into">Where it lands; the final path when done.</param>
/// <param name="Problem">Why it waits or failed, for people.</param>
/// <param name="Code">Why, as in the failure table; null while nothing is wrong.</param>
/// <param name="Sources">Who brought some of it in the last seconds, the quickest first.</param>
/// <param name="Blamed">Who sent wrong bytes for it since the daemon started.</param>
public sealed record Transfer(
    long Id,
    string Name,
    string State,
    long Done,
    long Total,
    long Files,
    long BytesPerSecond,
    double? SecondsLeft,
    string Into,
    string? Problem,
    string? Code,
    IReadOnlyList<TransferSource> Sources,
    IReadOnlyList<Blame> Blamed
);

/// <param name="Name">Of the friend, or ~ and 12 digits of a pseudonym.</param>
/// <param name="Via">The friend through whom it comes; null: directly.</param>
/// <param name="Hops">1: a friend; null: not known any more.</param>
/// <param name="BytesPerSecond">Verified and on disk.</param>
public sealed record TransferSource(string Name, string? Via, int? Hops, long BytesPerSecond);

/// <summary>A file of a transfer.</summary>
/// <param name="Number">From 1; what <c>transfer play</c> takes.</param>
/// <param name="Path">Within the folder, when that is what is fetched.</param>
/// <param name="Size">Bytes.</param>
public sealed record FetchedFile(int Number, string Path, long Size);

/// <summary>A run that was not the file's; it was thrown away.</summary>
/// <param name="Name">Of the friend, or ~ and 12 digits of a pseudonym.</param>
/// <param name="File">Its path in the transfer.</param>
/// <param name="Leaf">Which 16 KiB of the file were wrong first; null: not known (yet).</param>
public sealed record Blame(string Name, string File, long? Leaf);

/// <summary>A file's name for messages and notes.</summary>
/// <param name="Link">What <c>get</c> takes, on any node that has a way to it.</param>
/// <param name="Size">Bytes.</param>
public sealed record FileLink(string Link, string Name, long Size);

/// <summary>What <c>torrent export</c> made; no call, the call gives the bytes.</summary>
/// <param name="File">Where it was written.</param>
/// <param name="InfoHash">SHA-256 of its info dictionary, 64 hex digits.</param>
/// <param name="Files">In it.</param>
/// <param name="Bytes">Of those files.</param>
public sealed record ExportedTorrent(
    string File,
    string Magnet,
    string InfoHash,
    string Name,
    long Files,
    long Bytes,
    long PieceBytes
);
