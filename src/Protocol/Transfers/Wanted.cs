using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>One transfer: what is wanted, asked and stored.</summary>
internal sealed partial class Wanted
{
    private readonly RunMap _map;
    private readonly RunBits _taken;
    private readonly RunBits _stored;
    private readonly HashSet<int> _twice = [];
    private readonly InOrderPicker _inOrder;
    private readonly IRunPicker[] _pickers;
    private readonly EndgamePicker _endgame;
    private ILookup<ContentId, int>? _files;

    internal Wanted(Input.Download download, FriendId self, IEntropy entropy)
    {
        var files = download.Files;
        (Id, Files, IsQuiet) = (download.Transfer, files, download.IsQuiet);
        Disk = download.Disk;
        var lengths = new long[files.Count];
        for (var file = 0; file < lengths.Length; file++)
            lengths[file] = files[file].Id.Length;
        _map = new(lengths);
        _taken = new(_map.Runs);
        _stored = new(_map.Runs);
        _inOrder = new(_map, _taken);
        Holders = new(_map);
        Fellows = new(self, _map, files);
        Urgent = new(_map, _taken, _stored, _twice, TakeRun);
        // The first that gives something wins.
        _pickers = [new RarestPicker(_map, _taken, Holders, Fellows, entropy), _inOrder];
        _endgame = new(_map, _stored, _twice);
        Sources = new(files.Count);
        (Missing, Free) = (_map.Runs, _map.Runs);
        MissingBytes = lengths.Sum();
        for (var file = 0; file < lengths.Length; file++)
            TakeOver(file, files[file].Have);
    }

    internal TransferId Id { get; }

    internal int Disk { get; }

    /// <summary>Whoever else fetches or holds a part of it is no matter.</summary>
    internal bool IsQuiet { get; }

    internal IReadOnlyList<WantedFile> Files { get; }

    internal FileSources Sources { get; }

    internal Holders Holders { get; }

    internal Fellows Fellows { get; }

    /// <summary>What its readers want next.</summary>
    internal UrgentPicker Urgent { get; }

    /// <summary>Runs not stored yet.</summary>
    internal int Missing { get; private set; }

    internal long MissingBytes { get; private set; }

    /// <summary>All that is missing fits one small fetch.</summary>
    internal bool IsLittle => MissingBytes <= Limits.PromptBytesMax;

    /// <summary>Runs neither stored nor asked for.</summary>
    internal int Free { get; private set; }

    /// <summary>Fetches not ended yet.</summary>
    internal int Underway { get; set; }

    /// <summary>Paused, cancelled or finished: late answers change nothing.</summary>
    internal bool IsGone { get; set; }

    /// <summary>The next slices to ask of a source; empty: nothing can be asked now.</summary>
    /// <param name="bytesMax">How much at once, but for the first slice.</param>
    /// <param name="isRead">Also what readers want, which is not anybody's to bring.</param>
    internal List<Slice> Take(
        SourceId source,
        int bytesMax,
        IReadOnlyDictionary<SourceId, int> linked,
        Action<int> lookUp,
        bool isRead = false
    )
    {
        Picking fetch;
        do
        {
            fetch = new(source, _map, Files, OfferOf, Holders, TakeRun)
            {
                BytesMax = bytesMax,
                Spared = isRead ? null : Urgent,
            };
            foreach (var picker in _pickers)
            {
                picker.Pick(fetch);
                if (fetch.Slices.Count > 0)
                    break;
            }
        } while (fetch.Slices.Count == 0 && Sources.Wrap());

        return fetch.Slices;

        Offer OfferOf(int file) => this.OfferOf(file, source, linked, lookUp);
    }

    /// <summary>Whether that source can be asked for a file.</summary>
    internal Offer OfferOf(
        int file,
        SourceId source,
        IReadOnlyDictionary<SourceId, int> linked,
        Action<int> lookUp,
        bool isUrgent = false
    ) => Sources.Of(file, source, _map.Count(file) > 1, linked, lookUp, isUrgent);

    /// <summary>What others are late with, a second time.</summary>
    internal List<Slice> TakeLate(SourceId source, IReadOnlyList<int> late)
    {
        var fetch = new Picking(source, _map, Files, OfferOf, Holders, TakeRun) { Late = late };
        _endgame.Pick(fetch);
        return fetch.Slices;

        Offer OfferOf(int file) => Sources.IsOfferedBy(file, source) ? Offer.Yes : Offer.No;
    }

    internal int RunOf(Slice slice) => _map.Number(slice);

    internal Slice SliceOf(int run) => _map.SliceOf(run);

    internal int BytesOf(Slice slice) =>
        MerkleTree.RunLength(Files[slice.File].Id.Length, slice.Run);

    internal bool IsStored(Slice slice) => _stored[_map.Number(slice)];

    /// <summary>Whether that source can be asked for it, so far as is known.</summary>
    internal bool IsOffered(Slice slice, SourceId source) =>
        Sources.IsOfferedBy(slice.File, source) || IsHeldBy(slice, source);

    internal bool IsHeldBy(Slice slice, SourceId source) => Holders.Has(source, RunOf(slice));

    /// <summary>It did not deliver that: it is not asked for this file (now).</summary>
    internal void Exclude(Slice slice, SourceId source)
    {
        Sources.Exclude(slice.File, source);
        Holders.Refuse(source, slice.File);
    }

    /// <summary>It lied: nothing of this transfer is asked of it again.</summary>
    internal void Drop(SourceId source)
    {
        Sources.Drop(source);
        Holders.Remove(source);
    }

    internal bool Has(ContentId id) => FilesOf(id).Any();

    /// <summary>That source holds those runs of a content.</summary>
    /// <returns>Whether that is news.</returns>
    internal bool Held(SourceId source, ContentId id, IReadOnlyList<int> runs)
    {
        if (Sources.IsDropped(source))
            return false;
        var isNews = false;
        foreach (var file in FilesOf(id))
            isNews |= Holders.Add(source, file, runs);
        if (isNews)
            (RetryAt, Retries) = (null, 0);
        return isNews;
    }

    /// <summary>Whether something still to come by it is asked of nobody else.</summary>
    internal bool HasSingle(Fetching fetch) =>
        fetch.Open().Any(slice => !_twice.Contains(_map.Number(slice)));

    /// <returns>Whether it was asked of two: the other copy is not needed.</returns>
    internal bool Stored(Slice slice)
    {
        var run = _map.Number(slice);
        TakeRun(run);
        if (_stored.Set(run))
        {
            Missing--;
            MissingBytes -= BytesOf(slice);
        }

        return _twice.Remove(run);
    }

    /// <summary>It may be asked again, unless it is still to come by another fetch.</summary>
    internal void GiveBack(Slice slice)
    {
        var run = _map.Number(slice);
        if (_stored[run] || _twice.Remove(run) || !_taken.Clear(run))
            return;
        Free++;
        _inOrder.Rewind(run);
    }

    internal void SourcesFound(
        int file,
        IReadOnlyList<SourceId> sources,
        IReadOnlyDictionary<SourceId, int> linked
    )
    {
        Sources.Found(file, sources, linked);
        _inOrder.Rewind(_map.First(file));
    }

    private IEnumerable<int> FilesOf(ContentId id)
    {
        _files ??= Enumerable.Range(0, Files.Count).ToLookup(file => Files[file].Id);
        return _files[id];
    }

    private void TakeRun(int run)
    {
        if (_taken.Set(run))
            Free--;
    }

    private void TakeOver(int file, byte[]? have)
    {
        if (have is null)
            return;
        for (var run = 0; run < _map.Count(file); run++)
        {
            if ((run >> 3) < have.Length && (have[run >> 3] >> (run & 7) & 1) != 0)
                Stored(new(file, run));
        }
    }
}
