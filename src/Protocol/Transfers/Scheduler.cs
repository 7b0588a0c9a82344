using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Decides which slice is asked of which link. Handle: <see cref="Handle"/>. Getter:
/// <see cref="Deadline"/>. Everything it wants done goes to the queue of effects.
/// </summary>
public sealed class Scheduler
{
    private readonly List<Wanted> _transfers = [];
    private readonly Dictionary<TransferId, Wanted> _byId = [];
    private readonly Sources _sources;
    private readonly Urgency _urgency;
    private readonly Retries _retries;
    private readonly Guilt _guilt = new();
    private readonly Queue<Effect> _effects;
    private int _turn;

    public Scheduler(IEntropy entropy, Queue<Effect> effects)
    {
        _effects = effects;
        _sources = new(effects);
        _urgency = new(_sources, effects);
        _retries = new(entropy, effects);
    }

    /// <summary>When a Tick is due; null: never.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>
    /// Links that the last Tick found silent, not for the first time since they delivered.
    /// </summary>
    public IReadOnlyList<LinkId> Silenced => _sources.Silenced;

    public void Handle(Input input, Instant now)
    {
        switch (input)
        {
            case Input.Download download:
                Start(download);
                break;
            case Input.ReadAhead ahead:
                _urgency.Move(ahead, _byId.GetValueOrDefault(ahead.Transfer));
                break;
            case Input.SourcesFound found when _byId.TryGetValue(found.Transfer, out var asking):
                asking.SourcesFound(found.File, found.Sources, _sources.Linked);
                break;
            case Input.SliceStored stored:
                // The hot one: nothing can be asked before the fetch ends.
                Finish(_sources.Stored(stored.Fetch, stored.Index, now));
                return;
            case Input.FetchEnded ended:
                _sources.Ended(ended.Fetch, now);
                break;
            case Input.FetchProgress progress:
                _sources.Heard(progress.Fetch, now);
                return;
            case Input.SliceFailed failed:
                Fail(failed, now);
                break;
            case Input.DownloadPaused or Input.DownloadCancelled:
                Remove(TransferOf(input));
                break;
            case Input.LinkOpened opened:
                Add(opened.Link, SourceId.Of(opened.Friend), now);
                break;
            case Input.LinkClosed closed:
                _sources.Remove(closed.Link);
                break;
            case Input.CatalogHeld held:
                Retries.RetryAll(_transfers, _sources.Linked, SourceId.Of(held.Friend));
                break;
            case Input.LimitsChanged changed:
                _sources.Down.Set(changed.Down);
                break;
            case Input.Tick:
                _sources.CancelSilent(now);
                Retries.RetryDue(_transfers, _sources.Linked, now);
                break;
            default:
                return;
        }

        Ask(now);
    }

    /// <summary>A path to that source is open, and is asked as any link.</summary>
    public void HandlePath(LinkId link, SourceId source, Instant now)
    {
        Add(link, source, now);
        Ask(now);
    }

    /// <summary>Whether a running transfer could ask that source.</summary>
    public bool Wants(SourceId source) =>
        _transfers.Exists(wanted => wanted.Sources.IsWanted(source));

    /// <summary>Whether something is asked over that link now.</summary>
    public bool IsAsked(LinkId link) => _sources.IsAsked(link);

    private void Add(LinkId link, SourceId source, Instant now)
    {
        _sources.Add(link, source, now);
        Retries.RetryAll(_transfers, _sources.Linked);
    }

    private void Start(Input.Download download)
    {
        Remove(download.Transfer);
        var wanted = new Wanted(download.Transfer, download.Files);
        _transfers.Add(wanted);
        _byId[wanted.Id] = wanted;
        _urgency.Start(wanted);
        Finish(wanted);
    }

    private void Finish(Wanted? wanted)
    {
        if (wanted is not { Missing: 0, IsGone: false })
            return;
        Remove(wanted.Id);
        _effects.Enqueue(new Effect.Finish(wanted.Id));
    }

    private void Fail(Input.SliceFailed failed, Instant now)
    {
        if (failed.Why == SliceFailure.Corrupt && _sources.SourceOf(failed.Fetch) is { } guilty)
            _guilt.Note(guilty, now);
        if (_sources.Failed(failed.Fetch, failed.Index, failed.Why) is { } stopped)
            Remove(stopped.Id);
    }

    private static TransferId TransferOf(Input input) =>
        input is Input.DownloadPaused paused
            ? paused.Transfer
            : ((Input.DownloadCancelled)input).Transfer;

    private void Remove(TransferId id)
    {
        if (!_byId.Remove(id, out var wanted))
            return;
        wanted.IsGone = true;
        _transfers.Remove(wanted);
        // With nothing missing, what is underway has delivered all and ends by itself.
        if (wanted.Missing > 0)
            _sources.Cancel(wanted);
    }

    /// <summary>Fills every link's window, readers first, then transfers taking turns.</summary>
    private void Ask(Instant now)
    {
        _urgency.Ask(_transfers, now);
        if (_sources.Down.IsLimited)
            AskInTurn(now);
        foreach (var link in _sources.Links.OrderBy(link => _guilt.Holds(link.Source, now)))
        {
            while (_sources.CanAsk(link, now) && AskOne(link, now)) { }
        }

        _retries.Note(_transfers, _sources, now);
        Deadline = Earliest(_sources.Deadline(now), _retries.Deadline);
    }

    /// <summary>Whoever was asked longest ago first, so that friends share the limit.</summary>
    private void AskInTurn(Instant now)
    {
        var links = _sources.Links.OrderBy(link => link.AskedAt).ToList();
        while (links.Count > 0)
            links.RemoveAll(link => !_sources.CanAsk(link, now) || !AskOne(link, now));
    }

    private bool AskOne(SourceLink link, Instant now)
    {
        for (var tried = 0; tried < _transfers.Count; tried++)
        {
            var wanted = _transfers[(_turn + tried) % _transfers.Count];
            if (wanted.RetryAt is not null)
                continue;
            // Asked last, and one fetch at a time.
            if (wanted.Underway > 0 && _guilt.Holds(link.Source, now))
                continue;
            var slices = wanted.Take(
                link.Source,
                _sources.Linked,
                file => _effects.Enqueue(new Effect.FindSources(wanted.Id, file))
            );
            if (slices.Count == 0)
                continue;
            _turn = (_turn + tried + 1) % _transfers.Count;
            wanted.Why = null;
            _sources.Ask(link, wanted, slices, now);
            return true;
        }

        return false;
    }

    private static Instant? Earliest(Instant? a, Instant? b) =>
        a is { } left && b is { } right ? (left < right ? left : right) : a ?? b;
}
