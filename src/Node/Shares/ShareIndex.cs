using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Shares;

/// <summary>
/// The index of all shared folders: what is in them, and where a content is to be read. Every
/// member may be called by any thread; scanning and writing happen on a thread of its own.
/// </summary>
/// <remarks>
/// To follow it: read <see cref="Seq"/>, list <see cref="InKeyOrder"/>, then again and again take
/// <see cref="ChangesAfter"/> the number. Below <see cref="ForgottenSeq"/>, list anew. After
/// shares or audiences changed, list anew too.
/// </remarks>
public sealed class ShareIndex : IDisposable
{
    private readonly IndexLoop _loop;
    private readonly ContentCache _cache = new();

    private ShareIndex(IndexLoop loop, string? notice)
    {
        _loop = loop;
        Notice = notice;
        _loop.Committed = Committed;
    }

    /// <summary>
    /// Raised on the index thread after each batch, when <see cref="Seq"/> has risen, and after
    /// each scan.
    /// </summary>
    public event EventHandler? Changed;

    /// <summary>Something the user should know since the start; null if nothing.</summary>
    public string? Notice { get; }

    /// <summary>
    /// Number of the newest change; rises for good, even when the index is rebuilt.
    /// </summary>
    public long Seq => _loop.Seq;

    /// <summary>Changes up to here may be missing from <see cref="ChangesAfter"/>.</summary>
    public long ForgottenSeq => _loop.File.Store.ForgottenSeq;

    /// <summary>All shares, by id.</summary>
    public IReadOnlyList<ShareStatus> Shares =>
        [.. _loop.Entries.OrderBy(entry => entry.Folder.Id).Select(entry => entry.Status)];

    /// <summary>True while files wait to be hashed or are being hashed.</summary>
    public bool Indexing => _loop.Entries.Any(entry => entry.IsIndexing);

    /// <summary>How far the scan of a share is; null if none is under way.</summary>
    public ScanProgress? ProgressOf(int share) => _loop.Find(share)?.Scan?.Progress;

    /// <summary>
    /// Opens the index at a path for these shares and begins to scan them; what it holds of other
    /// shares is withdrawn. Null if it cannot be opened, and <paramref name="sentence"/> says why.
    /// </summary>
    public static ShareIndex? Open(
        string path,
        IReadOnlyList<ShareFolder> shares,
        ShareIndexSettings settings,
        out string? sentence
    )
    {
        if (IndexFile.Open(path, out sentence) is not { } file)
            return null;
        var loop = new IndexLoop(path, file, settings);
        var index = new ShareIndex(loop, sentence);
        loop.Start(shares);
        return index;
    }

    /// <summary>
    /// Begins to index a share, or takes over its changed name, path or audience.
    /// </summary>
    /// <exception cref="ArgumentException">Another share has the name.</exception>
    public void Add(ShareFolder share)
    {
        _loop.Add(share);
        _cache.Clear();
    }

    /// <summary>Ends a share at once: nothing of it is found any more.</summary>
    public void Remove(int share)
    {
        _loop.Remove(share);
        _cache.Clear();
    }

    /// <summary>
    /// What could not be served is looked at again, and hashed though its times are the same: a
    /// disk that rots, or does not give it, changes none of them.
    /// </summary>
    public void Doubt(FileLocation file)
    {
        // Whoever asks for it meanwhile does not make it begin anew.
        if (file.ModifiedNs != IndexRow.DoubtedNs)
            _loop.Doubt(file.Share, file.Path);
    }

    /// <summary>Walks a share again now.</summary>
    public void Rescan(int share) => _loop.Rescan(share);

    /// <summary>
    /// Rows of some shares that changed after a number, tombstones too, in order.
    /// </summary>
    /// <remarks>One snapshot; end the enumeration soon, it holds a connection.</remarks>
    public IEnumerable<IndexedFile> ChangesAfter(IReadOnlySet<int> shares, long seq) =>
        IndexListing.ChangesAfter(_loop.File.Database, shares, seq);

    /// <summary>
    /// Files of some shares in order of their keys, all or those of a key prefix.
    /// </summary>
    /// <remarks>One snapshot; end the enumeration soon, it holds a connection.</remarks>
    public IEnumerable<IndexedFile> InKeyOrder(
        IReadOnlySet<int> shares,
        ReadOnlyMemory<byte> keyPrefix = default
    ) => IndexListing.InKeyOrder(_loop.File.Database, shares, keyPrefix);

    /// <summary>Numbers and rows that belong together; dispose it soon.</summary>
    public IndexSnapshot Snapshot() => new(_loop.File.Database);

    /// <summary>
    /// A copy of a content in one of these shares that is in place and unchanged; other copies
    /// stand in for one that is not.
    /// </summary>
    public bool TryFind(
        Hash256 root,
        long length,
        Func<int, bool> shares,
        out FileLocation? location
    )
    {
        var id = new ContentId(root, length);
        location = _cache.Find(id);
        if (location is not null && shares(location.Share) && location.IsInPlace())
            return true;
        var (copies, runs) = _loop.File.Find(root, length, shares);
        foreach (var (share, path, modifiedNs) in runs is null ? [] : copies)
        {
            if (_loop.Find(share) is not { } entry)
                continue;
            location = new(share, entry.Folder.Path, path, length, modifiedNs, runs!);
            if (!location.IsInPlace())
                continue;
            _cache.Put(id, location);
            return true;
        }
        location = null;
        return false;
    }

    /// <summary>
    /// Whether a content is in some share as of the last look at it; what is on disk just now does
    /// not matter.
    /// </summary>
    public bool IsShared(ContentId content) =>
        _loop.File.SharesOf(content.Root, content.Length).Any(id => _loop.Find(id) is not null);

    private void Committed()
    {
        if (_loop.File.Store.HasDoubted)
            _cache.Clear();
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Ends the scanning and closes the file.</summary>
    public void Dispose() => _loop.Dispose();
}
