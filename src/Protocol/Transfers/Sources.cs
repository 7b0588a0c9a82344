using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>The links that can be asked, and what they owe.</summary>
internal sealed class Sources(Queue<Effect> effects)
{
    private const int RestSecondsMax = 60;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(Limits.FetchSilenceSeconds);
    private readonly Dictionary<LinkId, SourceLink> _links = [];
    private readonly Dictionary<FriendId, int> _linked = [];
    private readonly Dictionary<FetchId, Fetching> _fetches = [];
    private readonly List<Slice> _missing = [];
    private long _lastFetch;
    private long _bytesUnderway;

    internal IReadOnlyCollection<SourceLink> Links => _links.Values;

    /// <summary>Friends with a link, and how many.</summary>
    internal IReadOnlyDictionary<FriendId, int> Linked => _linked;

    internal bool HasRoom => _bytesUnderway + Limits.FetchBytesMax <= Limits.FetchesBytesMax;

    /// <summary>Whether that friend is linked, but can be asked nothing now.</summary>
    internal bool IsBusy(FriendId friend, Instant now)
    {
        if (!_linked.ContainsKey(friend))
            return false;
        foreach (var link in _links.Values)
        {
            if (HasRoom && link.Friend == friend && link.HasRoom(now))
                return false;
        }

        return true;
    }

    internal void Add(LinkId id, FriendId friend, Instant now)
    {
        _links[id] = new(id, friend) { Heard = now };
        _linked[friend] = _linked.GetValueOrDefault(friend) + 1;
    }

    /// <summary>What it owed comes back by FetchEnded.</summary>
    internal void Remove(LinkId id)
    {
        if (_links.Remove(id, out var link) && --_linked[link.Friend] == 0)
            _linked.Remove(link.Friend);
    }

    internal void Ask(SourceLink link, Wanted wanted, List<Slice> slices, Instant now)
    {
        var bytes = 0;
        foreach (var slice in slices)
            bytes += MerkleTree.RunLength(wanted.Files[slice.File].Id.Length, slice.Run);
        if (link.Fetches.Count == 0)
            link.Heard = now;
        var id = new FetchId(++_lastFetch);
        var fetch = new Fetching(id, link, wanted, slices, now) { Bytes = bytes };
        _fetches[id] = fetch;
        link.Fetches[id] = fetch;
        wanted.Underway++;
        _bytesUnderway += bytes;
        effects.Enqueue(new Effect.Fetch(id, link.Id, wanted.Id, slices));
    }

    /// <summary>The transfer that this slice may have completed.</summary>
    internal Wanted? Stored(FetchId id, int index, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var length = fetch.Transfer.Files[slice.File].Id.Length;
        fetch.Link.Delivered += MerkleTree.RunLength(length, slice.Run);
        fetch.Link.Heard = now;
        fetch.Transfer.Stored(slice);
        fetch.Transfer.Retries = 0;
        return fetch.Transfer;
    }

    internal void Heard(FetchId id, Instant now)
    {
        if (_fetches.TryGetValue(id, out var fetch))
            fetch.Link.Heard = now;
    }

    /// <summary>The transfer that cannot go on because of our own disk.</summary>
    internal Wanted? Failed(FetchId id, int index, SliceFailure why)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (wanted, friend) = (fetch.Transfer, fetch.Link.Friend);
        if (why == SliceFailure.DiskFailed)
            return wanted;
        wanted.GiveBack(slice);
        if (why == SliceFailure.Corrupt)
        {
            wanted.Sources.Drop(friend);
            effects.Enqueue(new Effect.Blame(wanted.Id, slice, fetch.Link.Id, friend));
            Cancel(wanted, friend);
        }
        else
        {
            wanted.Sources.Exclude(slice.File, friend);
        }

        return null;
    }

    internal void Ended(FetchId id, Instant now)
    {
        if (!_fetches.Remove(id, out var fetch))
            return;
        var link = fetch.Link;
        link.Fetches.Remove(id);
        fetch.Transfer.Underway--;
        _bytesUnderway -= fetch.Bytes;
        _missing.Clear();
        if (fetch.SettleRest(_missing))
            link.Measure(fetch, now);
        else if (!fetch.IsCancelled)
            Rest(link, now);
        foreach (var slice in _missing)
            fetch.Transfer.GiveBack(slice);
    }

    /// <summary>Gives up what is underway for a transfer, of one friend or of all.</summary>
    internal void Cancel(Wanted wanted, FriendId? friend = null)
    {
        foreach (var fetch in _fetches.Values)
        {
            if (fetch.Transfer == wanted && (friend is null || fetch.Link.Friend == friend))
                Cancel(fetch);
        }
    }

    internal void CancelSilent(Instant now)
    {
        foreach (var link in _links.Values)
        {
            if (!link.IsSilent(now))
                continue;
            foreach (var fetch in link.Fetches.Values)
                Cancel(fetch);
            // What is cancelled ends by itself, some time: until then nothing is due at once.
            link.Heard = now;
            Rest(link, now);
        }
    }

    /// <summary>When a link may have been silent too long, or has rested.</summary>
    internal Instant? Deadline(Instant now)
    {
        Instant? first = null;
        foreach (var link in _links.Values)
        {
            if (link.RestUntil > now && (first is null || link.RestUntil < first))
                first = link.RestUntil;
            var silent = link.Heard + SilenceMax;
            if (link.Fetches.Count > 0 && (first is null || silent < first))
                first = silent;
        }

        return first;
    }

    private static void Rest(SourceLink link, Instant now)
    {
        var seconds = Math.Min(1 << Math.Min(link.Failures, 6), RestSecondsMax);
        link.Failures++;
        link.RestUntil = now + TimeSpan.FromSeconds(seconds);
    }

    private void Cancel(Fetching fetch)
    {
        if (fetch.IsCancelled)
            return;
        fetch.IsCancelled = true;
        effects.Enqueue(new Effect.CancelFetch(fetch.Id));
    }
}
