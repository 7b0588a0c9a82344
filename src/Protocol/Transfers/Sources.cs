using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>The links that can be asked, and what they owe.</summary>
internal sealed partial class Sources(Queue<Effect> effects)
{
    private readonly Dictionary<LinkId, SourceLink> _links = [];
    private readonly Dictionary<LinkId, Carrier> _carriers = [];
    private readonly Dictionary<SourceId, int> _linked = [];
    private readonly Dictionary<FetchId, Fetching> _fetches = [];
    private long _lastFetch;
    private long _bytesUnderway;
    private long _bytesParked;

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

    internal bool HasRoom =>
        _bytesUnderway + Limits.FetchBytesMax <= Limits.FetchesBytesMax
        && _bytesParked <= Limits.ParkedBytesMax;

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

    /// <summary>Whether others could have half of a link's window, beside that transfer.</summary>
    internal bool LeavesHalf(SourceLink link, Wanted wanted)
    {
        var fetches = 0;
        foreach (var fetch in link.Fetches.Values)
            fetches += fetch.Transfer == wanted ? 1 : 0;
        return 2 * fetches < WindowOf(link);
    }

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
}
