using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>The links that can be asked, and what they owe.</summary>
internal sealed class Sources(Queue<Effect> effects)
{
    private const int RestSecondsMax = 60;
    private const int SilencesMax = 2;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(Limits.FetchSilenceSeconds);
    private readonly Dictionary<LinkId, SourceLink> _links = [];
    private readonly Dictionary<SourceId, int> _linked = [];
    private readonly Dictionary<FetchId, Fetching> _fetches = [];
    private readonly List<Slice> _missing = [];
    private readonly List<LinkId> _silenced = [];
    private long _lastFetch;
    private long _bytesUnderway;

    internal IReadOnlyCollection<SourceLink> Links => _links.Values;

    /// <summary>Sources with a link, and how many.</summary>
    internal IReadOnlyDictionary<SourceId, int> Linked => _linked;

    /// <summary>Links that the last <see cref="CancelSilent"/> found silent again.</summary>
    internal IReadOnlyList<LinkId> Silenced => _silenced;

    /// <summary>The limits on what is fetched.</summary>
    internal DownBudget Down { get; } = new();

    internal bool HasRoom => _bytesUnderway + Limits.FetchBytesMax <= Limits.FetchesBytesMax;

    internal bool IsAsked(LinkId id) =>
        _links.TryGetValue(id, out var link) && link.Fetches.Count > 0;

    internal bool CanAsk(SourceLink link, Instant now) =>
        HasRoom && link.HasRoom(now) && Down.HasRoom(link.Source.Friend, now);

    /// <summary>Whether that source is linked, but can be asked nothing now.</summary>
    internal bool IsBusy(SourceId source, Instant now)
    {
        if (!_linked.ContainsKey(source))
            return false;
        foreach (var link in _links.Values)
        {
            if (link.Source == source && CanAsk(link, now))
                return false;
        }

        return true;
    }

    internal void Add(LinkId id, SourceId source, Instant now)
    {
        _links[id] = new(id, source) { Heard = now };
        _linked[source] = _linked.GetValueOrDefault(source) + 1;
    }

    /// <summary>What it owed comes back by FetchEnded.</summary>
    internal void Remove(LinkId id)
    {
        if (_links.Remove(id, out var link) && --_linked[link.Source] == 0)
            _linked.Remove(link.Source);
    }

    internal void Ask(SourceLink link, Wanted wanted, List<Slice> slices, Instant now)
    {
        var bytes = 0;
        foreach (var slice in slices)
            bytes += wanted.BytesOf(slice);
        if (link.Fetches.Count == 0)
            link.Heard = now;
        var id = new FetchId(++_lastFetch);
        var fetch = new Fetching(id, link, wanted, slices, now) { Bytes = bytes };
        _fetches[id] = fetch;
        link.Fetches[id] = fetch;
        wanted.Underway++;
        _bytesUnderway += bytes;
        link.AskedAt = _lastFetch;
        Down.Charge(link.Source.Friend, bytes, now);
        effects.Enqueue(new Effect.Fetch(id, link.Id, wanted.Id, slices));
    }

    /// <summary>The transfer that this slice may have completed.</summary>
    internal Wanted? Stored(FetchId id, int index, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        fetch.Link.Silences = 0;
        fetch.Link.Delivered += fetch.Transfer.BytesOf(slice);
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

    /// <summary>Whom that fetch was asked of; null: it has ended.</summary>
    internal SourceId? SourceOf(FetchId id) => _fetches.GetValueOrDefault(id)?.Link.Source;

    /// <summary>The transfer that cannot go on because of our own disk.</summary>
    internal Wanted? Failed(FetchId id, int index, SliceFailure why)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (wanted, source) = (fetch.Transfer, fetch.Link.Source);
        if (why == SliceFailure.DiskFailed)
            return wanted;
        wanted.GiveBack(slice);
        if (why == SliceFailure.Corrupt)
        {
            wanted.Sources.Drop(source);
            effects.Enqueue(new Effect.Blame(wanted.Id, slice, fetch.Link.Id, source));
            Cancel(wanted, source);
        }
        else
        {
            wanted.Sources.Exclude(slice.File, source);
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
        {
            fetch.Transfer.GiveBack(slice);
            Down.Charge(link.Source.Friend, -fetch.Transfer.BytesOf(slice), now);
        }
    }

    /// <summary>Gives up what is underway for a transfer, of one source or of all.</summary>
    internal void Cancel(Wanted wanted, SourceId? source = null)
    {
        foreach (var fetch in _fetches.Values)
        {
            if (fetch.Transfer == wanted && (source is null || fetch.Link.Source == source))
                Cancel(fetch);
        }
    }

    /// <summary>
    /// Gives up what a link owes and no reader wants next; how many fetches are left.
    /// </summary>
    internal int CancelUnread(SourceLink link)
    {
        var read = 0;
        foreach (var fetch in link.Fetches.Values)
        {
            if (fetch.IsRead)
                read++;
            else
                Cancel(fetch);
        }

        return read;
    }

    internal void CancelSilent(Instant now)
    {
        _silenced.Clear();
        foreach (var link in _links.Values)
        {
            if (!link.IsSilent(now))
                continue;
            foreach (var fetch in link.Fetches.Values)
                Cancel(fetch);
            if (++link.Silences >= SilencesMax)
                _silenced.Add(link.Id);
            // What is cancelled ends by itself, some time: until then nothing is due at once.
            link.Heard = now;
            Rest(link, now);
        }
    }

    /// <summary>
    /// When a link may have been silent too long, or has rested, or more may be asked.
    /// </summary>
    internal Instant? Deadline(Instant now)
    {
        var first = Down.Deadline(now);
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
