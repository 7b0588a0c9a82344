using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>One transfer: what is wanted, asked and stored.</summary>
internal sealed class Wanted
{
    private readonly RunMap _map;
    private readonly RunBits _taken;
    private readonly RunBits _stored;
    private readonly InOrderPicker _picker;

    internal Wanted(TransferId id, IReadOnlyList<WantedFile> files)
    {
        Id = id;
        Files = files;
        var lengths = new long[files.Count];
        for (var file = 0; file < lengths.Length; file++)
            lengths[file] = files[file].Id.Length;
        _map = new(lengths);
        _taken = new(_map.Runs);
        _stored = new(_map.Runs);
        _picker = new(_map, _taken);
        Urgent = new(_map, _taken, _stored);
        Sources = new(files.Count);
        Missing = _map.Runs;
        for (var file = 0; file < lengths.Length; file++)
            TakeOver(file, files[file].Have);
    }

    internal TransferId Id { get; }

    internal IReadOnlyList<WantedFile> Files { get; }

    internal FileSources Sources { get; }

    /// <summary>What its readers want next.</summary>
    internal UrgentPicker Urgent { get; }

    /// <summary>Runs not stored yet.</summary>
    internal int Missing { get; private set; }

    /// <summary>Fetches not ended yet.</summary>
    internal int Underway { get; set; }

    /// <summary>Paused, cancelled or finished: late answers change nothing.</summary>
    internal bool IsGone { get; set; }

    /// <summary>Nothing can be asked before this moment; null: something may be.</summary>
    internal Instant? RetryAt { get; set; }

    internal int Retries { get; set; }

    /// <summary>The sentence told last.</summary>
    internal string? Why { get; set; }

    internal List<Slice> Take(
        SourceId source,
        IReadOnlyDictionary<SourceId, int> linked,
        Action<int> lookUp
    )
    {
        var slices = _picker.Take(source, Files, OfferOf);
        return slices.Count > 0 || !Sources.Wrap() ? slices : _picker.Take(source, Files, OfferOf);

        Offer OfferOf(int file, SourceId who) => this.OfferOf(file, who, linked, lookUp);
    }

    /// <summary>Whether that source can be asked for a file.</summary>
    internal Offer OfferOf(
        int file,
        SourceId source,
        IReadOnlyDictionary<SourceId, int> linked,
        Action<int> lookUp,
        bool isUrgent = false
    ) => Sources.Of(file, source, _map.Count(file) > 1, linked, lookUp, isUrgent);

    internal int BytesOf(Slice slice) =>
        MerkleTree.RunLength(Files[slice.File].Id.Length, slice.Run);

    internal void Stored(Slice slice)
    {
        var run = _map.Number(slice);
        _taken.Set(run);
        if (_stored.Set(run))
            Missing--;
    }

    internal void GiveBack(Slice slice)
    {
        var run = _map.Number(slice);
        if (!_stored[run])
            _picker.GiveBack(run);
    }

    internal void SourcesFound(
        int file,
        IReadOnlyList<SourceId> sources,
        IReadOnlyDictionary<SourceId, int> linked
    )
    {
        Sources.Found(file, sources, linked);
        _picker.Rewind(_map.First(file));
    }

    /// <summary>Looks again for whatever had no source.</summary>
    /// <param name="gained">Who may offer more than before.</param>
    internal void Renew(IReadOnlyDictionary<SourceId, int> linked, SourceId? gained = null)
    {
        RetryAt = null;
        Sources.Renew(linked, gained);
        _picker.Rewind(0);
    }

    /// <summary>
    /// Whether something that is missing can be asked once such a source has room.
    /// </summary>
    internal bool WaitsForRoom(Func<SourceId, bool> isBusy)
    {
        var file = 0;
        var run = _stored.NextClear(0);
        while (run < _map.Runs)
        {
            file = _map.FileOf(run, file);
            if (Sources.WaitsForRoom(file, isBusy))
                return true;
            run = _stored.NextClear(_map.First(file + 1));
        }

        return false;
    }

    /// <summary>Why nothing can be asked, for people.</summary>
    internal string WhyItWaits(bool anyLink)
    {
        if (!anyLink)
            return "No friend is connected; it goes on when one is.";
        var next = _map.FileOf(_stored.NextClear(0));
        if (Sources.IsOfferedByLiars(next))
            return Effect.TransferWaits.WrongData;
        return Sources.IsOffered(next)
            ? "Those who offer it are not in reach; it goes on when one is."
            : "Nobody offers it now; it goes on when somebody does.";
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
