using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// Paths that we carry for others: who may, which way, how much. Counts, routes and leases; never
/// bytes. Getters; <c>Handle…</c> for each input; <see cref="Poll"/> at <see cref="Deadline"/>.
/// </summary>
public sealed class Relays(Queue<Effect> effects, RoutesFor routes, Rates rates)
{
    private const long ShareBytes = Limits.RelayLeaseBytes / 2;
    private static readonly TimeSpan WayTime = TimeSpan.FromSeconds(Limits.RelayWaySeconds);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(Limits.PathIdleSeconds);
    private readonly Dictionary<RelayId, Carried> _relays = [];
    private readonly RelayBudget _budget = new(rates);
    private readonly List<Carried> _waiting = [];
    private readonly Dictionary<FriendId, long> _servedAt = [];
    private readonly Dictionary<LinkId, Instant> _silentAt = [];
    private long _lastId;
    private long _turns;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Other limits hold from now on; what was granted before still passes.</summary>
    public void Set(Rates other, Instant now)
    {
        _budget.Set(other);
        GiveAll(now);
        Schedule(now);
    }

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
        var pseudonym = new PseudonymId(new Hash256(request.Pseudonym.Span));
        var ways = routes(pseudonym, from)
            .Where(route => route.Link != from && route.Hops <= request.Hops + 1)
            .OrderBy(route => IsSilent(route.Link, now))
            .ThenBy(route => route.Hops)
            .Take(Limits.RelayRoutesMax)
            .ToArray();
        if (ways.Length == 0)
        {
            effects.Enqueue(new Effect.Refuse(from, stream, ResetCode.NotFound));
            return;
        }

        if (
            _budget.IsOff(friend)
            || !IsInTurn(friend, now)
            || !TryMakeRoom(relay => relay.Friend == friend, Limits.RelaysPerFriendMax, now)
            || !TryMakeRoom(_ => true, Limits.RelaysMax, now)
        )
        {
            effects.Enqueue(new Effect.Refuse(from, stream, ResetCode.Busy));
            return;
        }

        var relay = new Carried(new(++_lastId), from, friend, stream, request, new(ways));
        _relays.Add(relay.Id, relay);
        Try(relay, now);
        Schedule(now);
    }

    public void HandleJoined(RelayId id, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay))
        {
            (relay.IsJoined, relay.Since) = (true, now);
            _silentAt.Remove(relay.To!.Value);
            Want(relay, now);
        }
    }

    /// <summary>The next way, or none.</summary>
    public void HandleRefused(RelayId id, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay) && !relay.IsJoined)
        {
            Try(relay, now);
            Schedule(now);
        }
    }

    /// <summary>Half of a lease is used. Reports may overtake each other.</summary>
    /// <param name="bytes">All that passed so far.</param>
    public void HandleMoved(RelayId id, long bytes, Instant now)
    {
        if (_relays.TryGetValue(id, out var relay))
        {
            (relay.Moved, relay.Since) = (Math.Max(relay.Moved, bytes), now);
            Want(relay, now);
        }
    }

    public void HandleEnded(RelayId id, long bytes, Instant now)
    {
        if (_relays.Remove(id, out var relay))
        {
            _waiting.Remove(relay);
            // What was granted and never came is not held against the friend.
            Charge(relay, Math.Max(relay.Moved, bytes) - relay.Charged, now);
            GiveAll(now);
            Schedule(now);
        }
    }

    /// <summary>
    /// A friend no more: nothing is kept of it. Its paths end with its link, and owe until then
    /// what all have together.
    /// </summary>
    public void HandleRemoved(FriendId friend, Instant now)
    {
        foreach (var relay in _relays.Values.Where(relay => relay.Friend == friend))
        {
            relay.IsOrphan = true;
        }

        _waiting.RemoveAll(relay => relay.IsOrphan);
        _servedAt.Remove(friend);
        _budget.Forget(friend);
        GiveAll(now);
        Schedule(now);
    }

    /// <summary>A link is gone; what went through it ends by itself.</summary>
    public void HandleClosed(LinkId link) => _silentAt.Remove(link);

    public void Poll(Instant now)
    {
        foreach (var relay in _relays.Values)
        {
            if (!relay.IsJoined && now - relay.Since >= WayTime)
            {
                // Asked once; whoever is slow to give up is asked again.
                relay.Since = now;
                _silentAt[relay.To!.Value] = now;
                effects.Enqueue(new Effect.EndRelay(relay.Id, ResetCode.Failed));
            }
        }

        GiveAll(now);
        Schedule(now);
    }

    private bool IsSilent(LinkId link, Instant now) =>
        _silentAt.TryGetValue(link, out var at) && now - at < IdleTime;

    /// <summary>
    /// Whether a friend may begin one path more: what it begins with is there, and no other
    /// friend has waited longer for the same.
    /// </summary>
    private bool IsInTurn(FriendId friend, Instant now) =>
        _budget.Available(friend, now) >= RelayBudget.FirstBytes
        && !_waiting.Exists(relay =>
            relay.Friend != friend
            && _budget.WaitsForTotal(relay.Friend, now)
            && _servedAt.GetValueOrDefault(relay.Friend) < _servedAt.GetValueOrDefault(friend)
        );

    /// <summary>
    /// True: fewer than so many; the one idle longest leaves for it. False: none is idle.
    /// </summary>
    private bool TryMakeRoom(Func<Carried, bool> ofThose, int max, Instant now)
    {
        var those = _relays.Values.Where(relay => !relay.IsLeaving && ofThose(relay)).ToArray();
        if (those.Length < max)
        {
            return true;
        }

        var idle = those
            .Where(relay => relay.IsJoined && now - relay.Since >= IdleTime)
            .MinBy(relay => relay.Since);
        if (idle is null)
        {
            return false;
        }

        idle.IsLeaving = true;
        effects.Enqueue(new Effect.EndRelay(idle.Id, ResetCode.Failed));
        return true;
    }

    private void Try(Carried relay, Instant now)
    {
        var why = ResetCode.Failed;
        while (!relay.IsOrphan && relay.Ways.TryDequeue(out var way))
        {
            if (!TryMakeRoom(other => other.To == way.Link, Limits.RelaysPerHopMax, now))
            {
                why = ResetCode.Busy;
                continue;
            }

            if (relay.Charged == 0)
            {
                Charge(relay, RelayBudget.FirstBytes, now);
                _servedAt[relay.Friend] = ++_turns;
            }

            (relay.To, relay.Since) = (way.Link, now);
            var onward = relay.Request.Clone();
            onward.Hops = way.Hops == 1 ? 0 : relay.Request.Hops - 1;
            effects.Enqueue(
                new Effect.RelayPath(relay.Id, relay.From, relay.Stream, way.Link, onward, 0)
            );
            return;
        }

        _relays.Remove(relay.Id);
        Charge(relay, -relay.Charged, now);
        effects.Enqueue(new Effect.Refuse(relay.From, relay.Stream, why));
    }

    private void Want(Carried relay, Instant now)
    {
        if (!relay.IsOrphan && !_waiting.Contains(relay))
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
        // What others begin with stays there: who is busy keeps nobody out.
        var available = _budget.Available(relay.Friend, now) - RelayBudget.FirstBytes;
        return available < Limits.FrameBodyBytesMax ? 0 : Math.Min(ShareBytes, available);
    }

    private void Charge(Carried relay, long bytes, Instant now)
    {
        relay.Charged += bytes;
        _budget.Charge(relay.IsOrphan ? null : relay.Friend, bytes, now);
    }

    private void Schedule(Instant now)
    {
        Deadline = null;
        foreach (var relay in _relays.Values.Where(relay => !relay.IsJoined))
        {
            Soonest(relay.Since + WayTime);
        }

        foreach (var relay in _waiting)
        {
            Soonest(_budget.When(relay.Friend, RelayBudget.ShareBytesMin, now));
        }
    }

    private void Soonest(Instant at) => Deadline = Deadline is { } first && first < at ? first : at;
}
