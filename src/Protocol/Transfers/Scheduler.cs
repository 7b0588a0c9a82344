using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Decides which slice is asked of which link. Handle: <see cref="Handle"/>. Getter:
/// <see cref="Deadline"/>. Everything it wants done goes to the queue of effects.
/// </summary>
public sealed partial class Scheduler
{
    private readonly List<Wanted> _transfers = [];
    private readonly Dictionary<TransferId, Wanted> _byId = [];
    private readonly Sources _sources;
    private readonly Prompts _prompts;
    private readonly Urgency _urgency;
    private readonly Silences _silences;
    private readonly Retries _retries;
    private readonly LateDisks _disks;
    private readonly Guilt _guilt = new();
    private readonly Queue<Effect> _effects;
    private readonly FriendId _self;
    private readonly IEntropy _entropy;
    private List<SourceLink> _ready = [];
    private List<SourceLink> _again = [];
    private int _turn;

    public Scheduler(FriendId self, IEntropy entropy, Queue<Effect> effects)
    {
        (_self, _entropy, _effects) = (self, entropy, effects);
        _sources = new(effects);
        _prompts = new(_sources, _guilt, effects);
        _urgency = new(_sources, effects);
        _silences = new(_sources);
        _retries = new(entropy, effects);
        _disks = new(_sources);
    }

    /// <summary>When a Tick is due; null: never.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>
    /// Links that the last Tick found silent, not for the first time since they delivered.
    /// </summary>
    public IReadOnlyList<LinkId> Silenced => _silences.Silenced;

    /// <summary>Friends that are known to fetch a content.</summary>
    public Func<ContentId, IEnumerable<FriendId>> Seekers { get; set; } = static _ => [];

    /// <summary>Told of each run that is stored.</summary>
    public Action<ContentId, int, Instant>? Kept { get; set; }

    public void Handle(Input input, Instant now)
    {
        if (TryNote(input, now))
            return;
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
            case Input.FetchEnded ended:
                _sources.Ended(ended.Fetch, now);
                break;
            case Input.SliceFailed failed:
                Fail(failed, now);
                break;
            case Input.DownloadPaused paused:
                Remove(paused.Transfer);
                break;
            case Input.DownloadCancelled cancelled:
                Remove(cancelled.Transfer);
                break;
            case Input.LinkOpened opened:
                Add(opened.Link, SourceId.Of(opened.Friend), opened.Link, now);
                break;
            case Input.LinkClosed closed:
                Close(closed.Link);
                break;
            case Input.CatalogHeld held:
                Retries.RetryAll(_transfers, _sources, SourceId.Of(held.Friend));
                break;
            case Input.LimitsChanged changed:
                _sources.Down.Set(changed.Down);
                break;
            case Input.Tick:
                Retries.RetryDue(_transfers, _sources, now, _silences.Cancel(now));
                break;
            default:
                return;
        }

        Ask(now);
    }

    /// <summary>A path to that source is open, and is asked as any link.</summary>
    /// <param name="via">The friend's link that it goes through.</param>
    public void HandlePath(LinkId link, SourceId source, LinkId via, Instant now)
    {
        Add(link, source, via, now);
        Ask(now);
    }

    /// <summary>A friend holds runs of contents, though it does not offer them.</summary>
    public void HandleHeld(SourceId source, IReadOnlyList<HeldRuns> held, Instant now)
    {
        if (!_sources.Linked.ContainsKey(source))
            return;
        var isNews = false;
        foreach (var (id, runs) in held)
        {
            foreach (var wanted in _transfers.Where(wanted => !wanted.IsQuiet))
                isNews |= wanted.Held(source, id, runs);
        }

        if (isNews)
            Ask(now);
    }

    /// <summary>A friend fetches that content too.</summary>
    public void HandleSought(FriendId friend, ContentId id)
    {
        foreach (var wanted in _transfers.Where(wanted => !wanted.IsQuiet && wanted.Has(id)))
            wanted.Fellows.Add(friend);
    }

    /// <summary>Whether a running transfer could ask that source.</summary>
    public bool Wants(SourceId source) =>
        _transfers.Exists(wanted => wanted.Sources.IsWanted(source));

    /// <summary>Whether something is asked over that link now.</summary>
    public bool IsAsked(LinkId link) => _sources.IsAsked(link);

    /// <summary>Whether what was asked over that link does not come.</summary>
    public bool Withholds(LinkId link) => _sources.Withholds(link);

    /// <summary>The frequent ones: nothing can be asked before something else comes.</summary>
    private bool TryNote(Input input, Instant now)
    {
        switch (input)
        {
            case Input.SliceStored stored:
                Finish(_sources.Stored(stored.Fetch, stored.Index, now, Kept));
                return true;
            case Input.FetchProgress progress:
                _sources.Heard(progress.Fetch, progress.Bytes, now);
                return true;
            case Input.FetchCame came:
                _sources.Came(came.Fetch, came.Bytes, now);
                Deadline = Instant.Earliest(Deadline, now + LateDisks.Late);
                return true;
            case Input.CircleFetched { End: CircleEnd.Held }:
                Deadline = Instant.Earliest(Deadline, _retries.NoteCircle(_transfers, now));
                return true;
            default:
                return false;
        }
    }

    private void Add(LinkId link, SourceId source, LinkId via, Instant now)
    {
        _sources.Add(link, source, via, now);
        Retries.RetryAll(_transfers, _sources);
    }

    private void Close(LinkId link)
    {
        if (_sources.Remove(link) is not { } gone)
            return;
        foreach (var wanted in _transfers)
        {
            wanted.Holders.Remove(gone);
            if (gone.Friend is { } friend)
                wanted.Fellows.Remove(friend);
        }
    }

    private void Start(Input.Download download)
    {
        Remove(download.Transfer);
        var wanted = new Wanted(download, _self, _entropy);
        var fellows = wanted.IsQuiet ? [] : download.Files.SelectMany(file => Seekers(file.Id));
        foreach (var friend in fellows)
            wanted.Fellows.Add(friend);
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
        // Many small files of one answer may be wrong at once, which is one offence.
        if (failed.Why == SliceFailure.Corrupt && _sources.UncaughtOf(failed.Fetch) is { } guilty)
            _guilt.Note(guilty, now);
        if (_sources.Failed(failed.Fetch, failed.Index, failed.Why, now) is { } stopped)
            Remove(stopped.Id);
    }

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
}
