using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>The links that can be asked, and what they owe.</summary>
internal sealed class Sources(Queue<Effect> effects)
{
    private readonly Dictionary<LinkId, SourceLink> _links = [];
    private readonly Dictionary<LinkId, Carrier> _carriers = [];
    private readonly Dictionary<SourceId, int> _linked = [];
    private readonly Dictionary<FetchId, Fetching> _fetches = [];
    private readonly List<Slice> _missing = [];
    private long _lastFetch;
    private long _bytesUnderway;

    /// <summary>Of little asked in a row, beside the windows.</summary>
    private long _promptBytes;

    internal IReadOnlyCollection<SourceLink> Links => _links.Values;

    internal IReadOnlyCollection<Fetching> Fetches => _fetches.Values;

    /// <summary>Sources with a link, and how many.</summary>
    internal IReadOnlyDictionary<SourceId, int> Linked => _linked;

    /// <summary>The same without those who are silent.</summary>
    internal IReadOnlyDictionary<SourceId, int> Responsive =>
        _links.Values.Where(link => link.Silences == 0).CountBy(link => link.Source).ToDictionary();

    /// <summary>The limits on what is fetched.</summary>
    internal DownBudget Down { get; } = new();

    internal bool HasRoom => _bytesUnderway + Limits.FetchBytesMax <= Limits.FetchesBytesMax;

    /// <summary>What all links that are asked bring together, as measured.</summary>
    internal double BytesPerSecond { get; private set; }

    private bool IsAlone => _links.Count == 1;

    internal bool IsAsked(LinkId id) =>
        _links.TryGetValue(id, out var link) && link.Fetches.Count > 0;

    /// <summary>Whether a link was asked, and never brought anything or is silent since.</summary>
    internal bool Withholds(LinkId id) =>
        _links.TryGetValue(id, out var link)
        && (
            link.Silences > 0
            || (link.Delivered == 0 && (link.Fetches.Count > 0 || link.Failures > 0))
        );

    internal bool CanAsk(SourceLink link, Instant now) =>
        HasRoom
        && link.HasRoom(now, BytesPerSecond, IsAlone)
        && Down.HasRoom(link.Source.Friend, now);

    /// <summary>Whether a link can be asked for little beside its window.</summary>
    internal bool CanAskPrompt(SourceLink link, Instant now) =>
        link.HasPromptRoom(now)
        // It need not wait for a limit, but leaves half of it to the rest.
        && (!Down.IsLimited || _promptBytes < Limits.FetchBytesMax)
        && Down.HasRoom(link.Source.Friend, now, Limits.FetchBytesMax);

    /// <summary>How much a link is asked for at once, and as much again for readers.</summary>
    internal int WindowOf(SourceLink link) => link.Window(BytesPerSecond, IsAlone);

    /// <summary>Whether a limit lets nothing of that source pass.</summary>
    internal bool IsShut(SourceId source, Instant now) => Down.When(source.Friend, now) is null;

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

    /// <param name="via">The friend's link that a path goes through; else itself.</param>
    internal void Add(LinkId id, SourceId source, LinkId via, Instant now)
    {
        if (!_carriers.TryGetValue(via, out var carrier))
            _carriers[via] = carrier = new();
        var link = new SourceLink(id, source, carrier) { Heard = now };
        _links[id] = link;
        carrier.Links.Add(link);
        _linked[source] = _linked.GetValueOrDefault(source) + 1;
    }

    /// <summary>What it owed comes back by FetchEnded.</summary>
    /// <returns>Its source, if that was its last link.</returns>
    internal SourceId? Remove(LinkId id)
    {
        _carriers.Remove(id);
        if (!_links.Remove(id, out var link))
            return null;
        link.Carrier.Links.Remove(link);
        if (--_linked[link.Source] > 0)
            return null;
        _linked.Remove(link.Source);
        return link.Source;
    }

    /// <param name="isPrompt">Beside the link's window.</param>
    internal void Ask(
        SourceLink link,
        Wanted wanted,
        List<Slice> slices,
        Instant now,
        bool isPrompt = false
    )
    {
        if (link.Fetches.Count == 0)
            link.Begin(now);
        var id = new FetchId(++_lastFetch);
        var fetch = new Fetching(id, link, wanted, slices, now) { IsPrompt = isPrompt };
        _fetches[id] = fetch;
        link.Fetches[id] = fetch;
        wanted.Underway++;
        link.Prompts += isPrompt ? 1 : 0;
        _bytesUnderway += fetch.Bytes;
        _promptBytes = isPrompt ? _promptBytes + fetch.Bytes : 0;
        link.AskedAt = _lastFetch;
        Down.Charge(link.Source.Friend, fetch.Bytes, now);
        effects.Enqueue(new Effect.Fetch(id, link.Id, wanted.Id, slices));
    }

    /// <summary>The transfer that this slice may have completed.</summary>
    /// <param name="kept">Told of it.</param>
    internal Wanted? Stored(
        FetchId id,
        int index,
        Instant now,
        Action<ContentId, int, Instant>? kept
    )
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (link, wanted) = (fetch.Link, fetch.Transfer);
        link.Silences = 0;
        link.Delivered += wanted.BytesOf(slice);
        (link.Heard, link.Brought, link.Came) = (now, now, 0);
        wanted.Retries = 0;
        kept?.Invoke(wanted.Files[slice.File].Id, slice.Run, now);
        if (wanted.Stored(slice))
            CancelLate(wanted);
        return wanted;
    }

    /// <param name="bytes">Of that fetch, so far.</param>
    internal void Heard(FetchId id, long bytes, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch))
            return;
        fetch.Link.Heard = now;
        fetch.Link.Came += bytes - fetch.Came;
        fetch.Came = bytes;
    }

    /// <summary>
    /// Whom that fetch was asked of; null: it has ended, or was caught in that transfer before.
    /// </summary>
    internal SourceId? UncaughtOf(FetchId id) =>
        _fetches.GetValueOrDefault(id) is { Link.Source: var source } fetch
        && !fetch.Transfer.Sources.IsDropped(source)
            ? source
            : null;

    /// <summary>The transfer that cannot go on because of our own disk.</summary>
    internal Wanted? Failed(FetchId id, int index, SliceFailure why, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (wanted, source) = (fetch.Transfer, fetch.Link.Source);
        if (why == SliceFailure.DiskFailed)
            return wanted;
        (fetch.Link.Brought, fetch.Link.Came) = (now, 0);
        wanted.GiveBack(slice);
        if (why == SliceFailure.Corrupt)
        {
            wanted.Drop(source);
            effects.Enqueue(new Effect.Blame(wanted.Id, slice, fetch.Link.Id, source));
            Cancel(wanted, source);
        }
        else
        {
            wanted.Exclude(slice, source);
        }

        return null;
    }

    internal void Ended(FetchId id, Instant now)
    {
        if (!_fetches.Remove(id, out var fetch))
            return;
        var link = fetch.Link;
        link.Fetches.Remove(id);
        link.Prompts -= fetch.IsPrompt ? 1 : 0;
        fetch.Transfer.Underway--;
        _bytesUnderway -= fetch.Bytes;
        _missing.Clear();
        if (fetch.SettleRest(_missing))
            link.Measure(fetch, now);
        else if (fetch.IsLate)
            link.MeasureLate(fetch, now);
        else if (!fetch.IsCancelled)
            Silences.Rest(link, now);
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

    internal void Cancel(Fetching fetch)
    {
        if (fetch.IsCancelled)
            return;
        fetch.IsCancelled = true;
        effects.Enqueue(new Effect.CancelFetch(fetch.Id));
    }

    /// <summary>To be called before links are asked: rates have changed.</summary>
    internal void Sum()
    {
        BytesPerSecond = 0;
        foreach (var link in _links.Values)
        {
            if (link.Fetches.Count > 0)
                BytesPerSecond += link.Pace.BytesPerSecond;
        }
    }

    /// <summary>A run that was asked of two is here: nobody waits for the other copy.</summary>
    private void CancelLate(Wanted wanted)
    {
        foreach (var fetch in _fetches.Values)
        {
            if (fetch.Transfer != wanted || fetch.IsCancelled || fetch.Owed == 0)
                continue;
            if (fetch.Open().Any(slice => !wanted.IsStored(slice)))
                continue;
            fetch.IsLate = true;
            Cancel(fetch);
        }
    }
}
