using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Hostile;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>
/// One node: the real engine, and what carries its effects out. What the engine asks of disk,
/// sockets and workers happens here in memory and world time.
/// </summary>
internal sealed class SimNode
{
    // A friend's id ends with the node's number, so that no table has to know both.
    internal const int NumberBits = 32;

    /// <summary>Ids of links that are paths begin here.</summary>
    internal const long PathLinks = 1L << 62;

    private readonly World _world;
    private readonly Shard _shard;
    private readonly Dictionary<LinkId, IWorldWire> _links = [];
    private readonly Queue<Input> _inputs = [];
    private NodeEngine? _engine;
    private int _own;
    private int _paths;
    private long _tickAt = long.MaxValue;
    private uint _life;
    private bool _isHandling;

    internal SimNode(World world, Shard shard, int number)
    {
        (_world, _shard, Number) = (world, shard, number);
        Trace = new Trace(number);
        Line = new Line(this, shard);
        Friends = new BodyFriends(this);
        Catalogs = new BodyCatalogs(this);
        Circles = new BodyCircles(this);
        Paths = new BodyPaths(this);
        Files = new BodyFiles(this);
        Handshakes = world.Settings.IsSealed ? new Handshakes(this) : null;
        Uplink = new Uplink(this);
    }

    internal int Number { get; }

    internal bool IsUp => _engine is not null;

    internal long Now => _shard.Now;

    internal Instant Clock => World.Epoch + TimeSpan.FromMicroseconds(Now);

    internal World World => _world;

    internal Invariants Checks => _world.Checks;

    internal Trace Trace { get; }

    internal Meter Meter { get; } = new();

    internal Line Line { get; }

    internal BodyFriends Friends { get; }

    internal BodyCatalogs Catalogs { get; }

    internal BodyCircles Circles { get; }

    internal BodyPaths Paths { get; }

    internal BodyFiles Files { get; }

    internal Uplink Uplink { get; }

    /// <summary>Null: links open by a word.</summary>
    internal Handshakes? Handshakes { get; }

    /// <summary>Null: it is honest.</summary>
    internal IAdversary? Adversary { get; set; }

    internal IEnumerable<IWorldWire> Links => _links.Values;

    internal IWorldWire? Link(LinkId id) => _links.GetValueOrDefault(id);

    /// <summary>Ways to a pseudonym over links that are up.</summary>
    internal IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym) =>
        _engine?.RoutesTo(pseudonym) ?? [];

    internal static FriendId IdOf(World world, int number) =>
        new(
            (
                (UInt128)Seeds.Mix(world.Settings.Seed ^ ((ulong)number << NumberBits))
                << (2 * NumberBits)
            ) | (uint)number
        );

    internal static int NumberOf(FriendId friend) => (int)(uint)(friend.Value & uint.MaxValue);

    internal void Handle(in Arrival arrival)
    {
        if (!IsDue(arrival))
            return;
        // What has waited for the downlink is marked by its sign.
        var came = arrival with
        {
            Bytes = Math.Abs(arrival.Bytes),
        };
        Trace.Note(came, _world.Settings.IsTraceDeep ? Fingerprint.Of(came.Body) : 0);
        switch (came.Kind)
        {
            case ArrivalKind.Script:
                ((Action<SimNode>)came.Body!)(this);
                break;
            case ArrivalKind.Tick:
                _tickAt = long.MaxValue;
                Take(new Input.Tick());
                break;
            case ArrivalKind.Sent:
                Uplink.HandleSent();
                break;
            case ArrivalKind.Own:
                Take((Input)came.Body!);
                break;
            case ArrivalKind.Dial:
                Friends.Answer(came);
                break;
            case ArrivalKind.Accepted:
                Friends.Accepted(came);
                break;
            case ArrivalKind.Refused:
                Friends.Refused(came, "nobody there");
                break;
            case ArrivalKind.Closed:
                Lose(new LinkId(came.Link), "closed", tell: false);
                break;
            default:
                _links.GetValueOrDefault(new LinkId(came.Link))?.Handle(came);
                break;
        }

        Settle();
    }

    /// <summary>An input for the engine, taken when what is being done is done.</summary>
    internal void Take(Input input)
    {
        _inputs.Enqueue(input);
        if (!_isHandling)
            Settle();
    }

    /// <summary>An input some time later: work of this node, lost if it crashes.</summary>
    internal void Later(TimeSpan delay, Input input) =>
        Later(Now + (delay.Ticks / TimeSpan.TicksPerMicrosecond), ArrivalKind.Own, 0, input);

    internal void Later(long at, ArrivalKind kind, long link, object? body) =>
        _shard.Post(new(at, Number, link, Own(), kind, 0, _life, body));

    /// <summary>For a path that is open.</summary>
    internal LinkId NextPathLink() =>
        new(PathLinks | ((long)Number << NumberBits) | (uint)++_paths);

    /// <summary>A link is up.</summary>
    internal void Add(IWorldWire wire)
    {
        _links.Add(wire.Id, wire);
        wire.Open();
    }

    /// <summary>A link is over.</summary>
    internal void Lose(LinkId id, string why, bool tell)
    {
        if (!_links.Remove(id, out var wire))
            return;
        Trace.Say(Now, $"loses n{wire.Peer}: {why}");
        wire.End(tell);
        Take(new Input.LinkClosed(id, why));
    }

    /// <summary>Links over which nothing passes any more.</summary>
    internal void LoseParted()
    {
        foreach (var link in _links.Values.OrderBy(link => link.Id.Value).ToArray())
        {
            if (IsParted(link.Peer))
                Lose(link.Id, "parted", tell: false);
        }
    }

    /// <summary>Memory and links are gone at once; others notice if they are told.</summary>
    internal void Crash(bool tell)
    {
        _engine = null;
        _inputs.Clear();
        _life++;
        _tickAt = long.MaxValue;
        Uplink.Clear();
        Paths.Clear();
        Handshakes?.Clear();
        foreach (var id in _links.Keys.Order(Comparer<LinkId>.Create(ByValue)).ToArray())
        {
            if (_links.Remove(id, out var wire))
                wire.End(tell);
        }

        _inputs.Clear();
    }

    internal bool IsParted(int peer) => _world.AreParted(Number, peer, Now);

    private static int ByValue(LinkId one, LinkId other) => one.Value.CompareTo(other.Value);

    // Own arrivals stand before those of links (link 0), in the order in which they came up.
    private int Own() => ++_own;

    // A node that is down hears nothing; what a crash outlived is gone; what finds the downlink
    // busy comes again when it has come in.
    private bool IsDue(in Arrival arrival)
    {
        switch (arrival.Kind)
        {
            case ArrivalKind.Script:
                return true;
            case ArrivalKind.Tick when arrival.At != _tickAt:
                return false;
            case ArrivalKind.Tick or ArrivalKind.Own or ArrivalKind.Sent or ArrivalKind.Keepalive:
                return IsUp && arrival.Number == _life;
            case ArrivalKind.Dial when !IsUp || IsParted((int)arrival.Number):
                Friends.Refuse(arrival);
                return false;
            default:
                return IsUp && (arrival.Bytes <= 0 || Line.HasCome(arrival));
        }
    }

    internal void Start()
    {
        if (IsUp)
            return;
        var settings = new EngineSettings
        {
            Horizon = _world.Settings.Horizon,
            ReadHead = _world.Heads.Read,
            Possession = new Possession(
                (_, _) => new byte[PossessionProof.Bytes],
                (head, teller, _) => _world.OwnerOf(head.Pseudonym) == NumberOf(teller)
            ),
        };
        var chance = new Seeds(_world.Settings.Seed, Purpose.Engine, Number);
        _engine = new NodeEngine(IdOf(_world, Number), chance, settings);
        if (_world.Settings.Relay.IsLimited)
            Take(new Input.LimitsChanged(Rates.Unlimited, _world.Settings.Relay));
        Catalogs.Start();
        Circles.Start();
        Files.Start();
        Friends.Start();
    }

    private void Settle()
    {
        if (_isHandling || _engine is null)
            return;
        _isHandling = true;
        var now = Clock;
        while (_inputs.TryDequeue(out var input))
        {
            _engine.Handle(input, now);
            while (_engine.TryPoll(out var effect))
                Do(effect!);
        }

        _isHandling = false;
        if (_engine.Deadline is not { } deadline)
            return;
        // A deadline that has passed is a mistake of ours, which must not stop the world.
        var at = Math.Max(Now + 1000, (deadline - World.Epoch).Ticks / 10);
        if (at < _tickAt)
            Later(_tickAt = at, ArrivalKind.Tick, 0, null);
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.Dial dial:
                Friends.Dial(NumberOf(dial.Friend));
                break;
            case Effect.CloseLink close:
                Trace.Say(Now, $"closes {close.Link.Value} {close.Code}");
                Lose(close.Link, close.Code.ToString(), tell: true);
                break;
            case Effect.Send send:
                _links.GetValueOrDefault(send.Link)?.Send(send.Message);
                break;
            case Effect.Refuse refuse:
                _links.GetValueOrDefault(refuse.Link)?.Refuse(refuse.Stream, refuse.Code);
                break;
            default:
                _ =
                    Catalogs.Do(effect)
                    || Circles.Do(effect)
                    || Paths.Do(effect)
                    || Files.Do(effect);
                break;
        }
    }
}
