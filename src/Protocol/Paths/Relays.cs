using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// Paths that we carry for others: who may, which way, how much. Counts and routes, never bytes.
/// </summary>
public sealed class Relays(Queue<Effect> effects, RoutesFor routes)
{
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(Limits.PathOpenSeconds);
    private readonly Dictionary<RelayId, Relayed> _relays = [];
    private long _lastId;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>A friend asks for a path to a pseudonym that is not ours.</summary>
    public void HandlePath(LinkId from, StreamId stream, PathRequest request, Instant now)
    {
        var ofFriend = _relays.Values.Count(relay => relay.From == from);
        if (_relays.Count >= Limits.RelaysMax || ofFriend >= Limits.RelaysPerFriendMax)
        {
            effects.Enqueue(new Effect.Refuse(from, stream, ResetCode.Busy));
            return;
        }

        var pseudonym = new PseudonymId(new Hash256(request.Pseudonym.Span));
        var ways = routes(pseudonym, from)
            .Where(route => route.Link != from && route.Hops <= request.Hops + 1)
            .OrderBy(route => route.Hops)
            .Take(Limits.RelayRoutesMax);
        var relay = new Relayed(new RelayId(++_lastId), from, stream, request, [.. ways], now);
        _relays.Add(relay.Id, relay);
        Try(relay, ResetCode.NotFound);
        Schedule();
    }

    public void HandleJoined(RelayId id)
    {
        if (_relays.TryGetValue(id, out var relay))
        {
            relay.IsJoined = true;
            Schedule();
        }
    }

    /// <summary>The next way, or none.</summary>
    public void HandleRefused(RelayId id, ResetCode code)
    {
        if (_relays.TryGetValue(id, out var relay) && !relay.IsJoined)
        {
            Try(relay, code);
            Schedule();
        }
    }

    /// <summary>Half of a lease is used.</summary>
    public void HandleMoved(RelayId id, long bytes)
    {
        if (_relays.ContainsKey(id))
        {
            effects.Enqueue(new Effect.RelayAllow(id, bytes));
        }
    }

    public void HandleEnded(RelayId id)
    {
        _relays.Remove(id);
        Schedule();
    }

    public void Poll(Instant now)
    {
        foreach (var relay in _relays.Values)
        {
            if (!relay.IsJoined && now - relay.Since >= OpenTime)
            {
                // The asker gives up at the same time; whoever is silent gains nothing by it.
                relay.Since = now;
                effects.Enqueue(new Effect.EndRelay(relay.Id, ResetCode.Failed));
            }
        }

        Schedule();
    }

    private void Try(Relayed relay, ResetCode code)
    {
        if (!relay.Ways.TryDequeue(out var way))
        {
            _relays.Remove(relay.Id);
            effects.Enqueue(new Effect.Refuse(relay.From, relay.Stream, code));
            return;
        }

        var onward = relay.Request.Clone();
        onward.Hops = way.Hops == 1 ? 0 : relay.Request.Hops - 1;
        effects.Enqueue(
            new Effect.RelayPath(
                relay.Id,
                relay.From,
                relay.Stream,
                way.Link,
                onward,
                Limits.RelayLeaseBytes
            )
        );
    }

    private void Schedule()
    {
        Deadline = null;
        foreach (var relay in _relays.Values)
        {
            var due = relay.Since + OpenTime;
            if (!relay.IsJoined && (Deadline is not { } first || due < first))
            {
                Deadline = due;
            }
        }
    }

    private sealed class Relayed(
        RelayId id,
        LinkId from,
        StreamId stream,
        PathRequest request,
        Route[] ways,
        Instant now
    )
    {
        internal RelayId Id => id;

        internal LinkId From => from;

        internal StreamId Stream => stream;

        internal PathRequest Request => request;

        internal Queue<Route> Ways { get; } = new(ways);

        internal Instant Since { get; set; } = now;

        internal bool IsJoined { get; set; }
    }
}
