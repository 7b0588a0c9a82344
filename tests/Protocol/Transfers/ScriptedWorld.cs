using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Tests.Crypto;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>How a scripted link answers.</summary>
internal sealed class Behaviour
{
    internal double BytesPerSecond { get; set; } = 100e6;

    internal double DelaySeconds { get; set; } = 0.02;

    /// <summary>Answers nothing any more.</summary>
    internal bool Silent { get; set; }

    internal Func<Slice, SliceFailure?> Fail { get; set; } = _ => null;
}

/// <summary>Links and a clock around a scheduler: carries out effects in virtual time.</summary>
internal sealed partial class ScriptedWorld
{
    private readonly Queue<Effect> _effects = [];
    private readonly PriorityQueue<Action, (long, long)> _agenda = new();
    private readonly Dictionary<LinkId, (FriendId Friend, Behaviour How)> _links = [];
    private readonly Dictionary<LinkId, PriorityQueue<(Effect.Fetch, int), (bool, long)>> _lines =
    [];
    private readonly Dictionary<FetchId, Effect.Fetch> _underway = [];
    private readonly Dictionary<FetchId, long> _came = [];
    private readonly Dictionary<
        LinkId,
        (FetchId Fetch, Instant Since, double BytesPerSecond, long Order)
    > _sending = [];
    private long _order;

    internal ScriptedWorld(int seed = 1)
    {
        Scheduler = new(Friend(0), new SeededEntropy(seed), _effects);
    }

    internal Scheduler Scheduler { get; }

    internal Instant Now { get; private set; } = new(1_000_000);

    internal Dictionary<TransferId, IReadOnlyList<WantedFile>> Files { get; } = [];

    /// <summary>Who offers a file, as our store of catalogs says.</summary>
    internal Func<TransferId, int, IEnumerable<FriendId>> Offers { get; set; } = (_, _) => [];

    internal List<(LinkId Link, TransferId Transfer, Slice Slice)> Stored { get; } = [];

    internal List<(LinkId Link, TransferId Transfer, Slice Slice)> Asked { get; } = [];

    /// <summary>What comes for it takes so long to be written; null: for ever.</summary>
    internal Func<TransferId, double?> DiskSeconds { get; set; } = _ => 0;

    internal List<TransferId> Finished { get; } = [];

    internal List<string> Waits { get; } = [];

    internal List<Effect.Blame> Blames { get; } = [];

    internal int Lookups { get; private set; }

    internal int Cancels { get; private set; }

    internal int Fetches { get; private set; }

    internal int MostUnderway { get; private set; }

    internal int MostUnderwayOfAll { get; private set; }

    /// <summary>Whoever is reached over paths has a pseudonym; else a friend of late.</summary>
    internal bool ArePseudonyms { get; init; }

    internal static FriendId Friend(int number) => new((UInt128)number);

    internal static WantedFile File(int number, long length, byte[]? have = null)
    {
        var root = new byte[32];
        BitConverter.TryWriteBytes(root, number + 1);
        return new(new(new Hash256(root), length), have);
    }

    internal Behaviour Link(int link, int friend)
    {
        var how = new Behaviour();
        _links[new(link)] = (Friend(friend), how);
        Input(new Input.LinkOpened(new(link), Friend(friend), true, ""));
        return how;
    }

    /// <summary>A path through a friend's link to somebody whose id is that of a pseudonym.
    /// </summary>
    internal Behaviour Path(int link, int pseudonym, int via)
    {
        var how = new Behaviour();
        _links[new(link)] = (Friend(pseudonym), how);
        Scheduler.HandlePath(new(link), SourceOf(Friend(pseudonym)), new(via), Now);
        CarryOutAll();
        return how;
    }

    /// <summary>That friend says that it holds those runs of a content.</summary>
    internal void Held(int friend, ContentId id, params int[] runs)
    {
        Scheduler.HandleHeld(SourceId.Of(Friend(friend)), [new(id, runs)], Now);
        CarryOutAll();
    }

    internal void Unlink(int link)
    {
        _links.Remove(new(link));
        Input(new Input.LinkClosed(new(link), "lost"));
        foreach (var fetch in _underway.Values.Where(fetch => fetch.Link.Value == link).ToList())
            In(0, () => End(fetch));
    }

    internal void Download(int transfer, params WantedFile[] files) =>
        DownloadTo(disk: 0, transfer, files);

    internal void DownloadTo(int disk, int transfer, params WantedFile[] files)
    {
        Files[new(transfer)] = files;
        Input(new Input.Download(new(transfer), files) { Disk = disk });
    }

    internal void Input(Input input)
    {
        Scheduler.Handle(input, Now);
        CarryOutAll();
    }

    /// <summary>What came so far of all that is underway; of who is silent a byte more.</summary>
    internal void SayProgress()
    {
        foreach (var fetch in _underway.Values.ToList())
        {
            var bytes = _came.GetValueOrDefault(fetch.Id);
            if (_sending.TryGetValue(fetch.Link, out var now) && now.Fetch == fetch.Id)
                bytes += (long)((Now - now.Since).TotalSeconds * now.BytesPerSecond);
            if (_links.TryGetValue(fetch.Link, out var link) && link.How.Silent)
                bytes = _came[fetch.Id] = _came.GetValueOrDefault(fetch.Id) + 1;
            Input(new Input.FetchProgress(fetch.Id, bytes));
        }
    }

    /// <summary>From now on that is said so often.</summary>
    internal void SayProgressEach(double seconds) =>
        In(
            seconds,
            () =>
            {
                SayProgress();
                SayProgressEach(seconds);
            }
        );

    private SourceId SourceOf(FriendId who) =>
        ArePseudonyms ? SourceId.Of(new PseudonymId(SourceId.Of(who).Value)) : SourceId.Of(who);

    private void CarryOutAll()
    {
        while (_effects.Count > 0)
        {
            var effects = _effects.ToArray();
            _effects.Clear();
            foreach (var effect in effects)
                CarryOut(effect);
        }
    }

    internal void In(double seconds, Action what) =>
        _agenda.Enqueue(what, ((Now + TimeSpan.FromSeconds(seconds)).Microseconds, _order++));

    /// <summary>Runs until nothing is to come, or that much time has passed.</summary>
    internal void Run(double secondsMax = 1e5)
    {
        var end = Now + TimeSpan.FromSeconds(secondsMax);
        while ((Finished.Count == 0 || Finished.Count < Files.Count) && Step(end)) { }
    }

    /// <summary>The next thing that happens; false: nothing does until then.</summary>
    internal bool Step(Instant? end = null)
    {
        var next = _agenda.TryPeek(out _, out var due) ? new Instant(due.Item1) : (Instant?)null;
        var tick = Scheduler.Deadline;
        var isTick = tick is { } t && (next is null || t < next);
        var at = isTick ? tick : next;
        if (at is not { } then || then > end || (isTick && Finished.Count == Files.Count))
            return false;
        Now = then > Now ? then : Now;
        if (isTick)
            Input(new Input.Tick());
        else
            _agenda.Dequeue()();
        return true;
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.FindSources find:
                Lookups++;
                var friends = Offers(find.Transfer, find.File).Select(SourceOf).ToArray();
                In(0.001, () => Input(new Input.SourcesFound(find.Transfer, find.File, friends)));
                break;
            case Effect.Fetch fetch:
                Answer(fetch);
                break;
            case Effect.CancelFetch cancel:
                Cancels++;
                if (_underway.TryGetValue(cancel.Id, out var cancelled))
                    In(0.001, () => End(cancelled));
                break;
            case Effect.Finish finish:
                Finished.Add(finish.Transfer);
                break;
            case Effect.TransferWaits waits:
                Waits.Add(waits.Why);
                break;
            case Effect.Blame blame:
                Blames.Add(blame);
                break;
        }
    }
}
