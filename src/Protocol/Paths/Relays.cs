using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// Paths that we carry for others: who may, which way, how much. Counts, routes and leases; never
/// bytes. Getters; <c>Handle…</c> for each input; <see cref="Poll"/> at <see cref="Deadline"/>.
/// </summary>
public sealed class Relays(Queue<Effect> effects, RoutesFor routes, RelayRates rates)
{
    /// <summary>Both directions begin with a window.</summary>
    private const long WindowsBytes = 2L * Limits.PathWindowBytes;

    private const long ShareBytes = Limits.RelayLeaseBytes / 2;
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(Limits.PathOpenSeconds);
    private readonly Dictionary<RelayId, Carried> _relays = [];
    private readonly RelayBudget _budget = new(rates);
    private readonly List<Carried> _waiting = [];
    private readonly Dictionary<FriendId, long> _servedAt = [];
    private long _lastId;
    private long _turns;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Counts a path that a friend asks for, wherever it leads; false: too many.</summary>
    public bool TryCount(FriendId friend, Instant now) => _budget.TryOpen(friend, now);

    /// <summary>A friend asks for a path to a pseudonym that is not ours.</summary>
    public void HandlePath(
        LinkId from,
        FriendId friend,
        StreamId stream,
        PathRequest request,
        Instant now
    )
    {
        var ofFriend = _relays.Values.Count(relay => relay.Friend == friend);
        if (
            rates.IsOff
            || _relays.Count >= Limits.RelaysMax
            || ofFriend >= Limits.RelaysPerFriendMax
        )
        {
            effects.Enqueue(new Effect.Refuse(from, stream, ResetCode.Busy));
            return;
        }

        var pseudonym = new PseudonymId(new Hash256(request.Pseudonym.Span));
        var ways = routes(pseudonym, from)
            .Where(route => route.Link != from && route.Hops <= request.Hops + 1)
            .OrderBy(route => route.Hops)
            .Take(Limits.RelayRoutesMax);
        var relay = new Carried(new RelayId(++_lastId), from, friend, stream, request, now)
        {
            Ways = new([.. ways]),
        };
        _relays.Add(relay.Id, relay);
        Try(relay, ResetCode.NotFound, now);
        Schedule(now);
    }

    public void HandleJoined(RelayId id, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay))
        {
            relay.IsJoined = true;
            Want(relay, now);
        }
    }

    /// <summary>The next way, or none.</summary>
    public void HandleRefused(RelayId id, ResetCode code, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay) && !relay.IsJoined)
        {
            Try(relay, code, now);
            Schedule(now);
        }
    }

    /// <summary>Half of a lease is used.</summary>
    public void HandleMoved(RelayId id, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay))
        {
            Want(relay, now);
        }
    }

    /// <param name="bytes">All that passed.</param>
    public void HandleEnded(RelayId id, long bytes, Instant now)
    {
        if (_relays.Remove(id, out var relay))
        {
            _waiting.Remove(relay);
            // What was granted and never came is not held against the friend.
            _budget.Charge(relay.Friend, bytes - relay.Charged, now);
            GiveAll(now);
            Schedule(now);
        }
    }

    public void Poll(Instant now)
    {
        foreach (var relay in _relays.Values)
        {
            if (!relay.IsJoined && now - relay.Since >= OpenTime)
            {
                // Asked once; whoever is slow to end it is asked again.
                relay.Since = now;
                effects.Enqueue(new Effect.EndRelay(relay.Id, ResetCode.Failed));
            }
        }

        GiveAll(now);
        Schedule(now);
    }

    private void Try(Carried relay, ResetCode code, Instant now)
    {
        if (!relay.Ways.TryDequeue(out var way))
        {
            _relays.Remove(relay.Id);
            _budget.Charge(relay.Friend, -relay.Charged, now);
            effects.Enqueue(new Effect.Refuse(relay.From, relay.Stream, code));
            return;
        }

        if (relay.Charged == 0)
        {
            Charge(relay, WindowsBytes, now);
        }

        var onward = relay.Request.Clone();
        onward.Hops = way.Hops == 1 ? 0 : relay.Request.Hops - 1;
        effects.Enqueue(
            new Effect.RelayPath(relay.Id, relay.From, relay.Stream, way.Link, onward, 0)
        );
    }

    private void Want(Carried relay, Instant now)
    {
        if (!_waiting.Contains(relay))
        {
            _waiting.Add(relay);
        }

        GiveAll(now);
        Schedule(now);
    }

    /// <summary>
    /// Gives to those who wait as long as there is something; friends take turns.
    /// </summary>
    private void GiveAll(Instant now)
    {
        while (true)
        {
            var next = _waiting
                .Where(relay => Share(relay, now) > 0)
                .MinBy(relay => _servedAt.GetValueOrDefault(relay.Friend));
            if (next is null)
            {
                return;
            }

            _waiting.Remove(next);
            _servedAt[next.Friend] = ++_turns;
            var bytes = Share(next, now);
            Charge(next, bytes, now);
            effects.Enqueue(new Effect.RelayAllow(next.Id, bytes));
        }
    }

    private long Share(Carried relay, Instant now)
    {
        var available = _budget.Available(relay.Friend, now);
        return available < Limits.FrameBodyBytesMax ? 0 : Math.Min(ShareBytes, available);
    }

    private void Charge(Carried relay, long bytes, Instant now)
    {
        relay.Charged += bytes;
        _budget.Charge(relay.Friend, bytes, now);
    }

    private void Schedule(Instant now)
    {
        Deadline = null;
        foreach (var relay in _relays.Values.Where(relay => !relay.IsJoined))
        {
            Soonest(relay.Since + OpenTime);
        }

        foreach (var relay in _waiting)
        {
            Soonest(_budget.When(relay.Friend, Limits.FrameBodyBytesMax, now));
        }
    }

    private void Soonest(Instant at) => Deadline = Deadline is { } first && first < at ? first : at;

    private sealed class Carried(
        RelayId id,
        LinkId from,
        FriendId friend,
        StreamId stream,
        PathRequest request,
        Instant now
    )
    {
        internal RelayId Id => id;

        internal LinkId From => from;

        internal FriendId Friend => friend;

        internal StreamId Stream => stream;

        internal PathRequest Request => request;

        internal Queue<Route> Ways { get; init; } = [];

        internal Instant Since { get; set; } = now;

        internal bool IsJoined { get; set; }

        /// <summary>Bytes taken from the budgets.</summary>
        internal long Charged { get; set; }
    }
}
