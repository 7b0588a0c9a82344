using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>The paths that begin, pass and end at a node. All of it is gone with a crash.</summary>
internal sealed class BodyPaths(SimNode node)
{
    private readonly Dictionary<(LinkId, StreamId), Action<IWorldWire, Effect.JoinPath>> _awaited =
    [];
    private readonly Dictionary<PathId, (Tunnel Tunnel, PathDialer Dialer)> _openings = [];
    private readonly Dictionary<RelayId, RelayedPath> _relays = [];
    private readonly List<Tunnel> _tunnels = [];
    private readonly Seeds _chance = new(node.World.Settings.Seed, Purpose.Path, node.Number);

    private RelayWatch _watch = new(node, node.World.Settings.Relay);

    internal void Clear()
    {
        // Whoever starts anew has saved up a second's worth.
        _watch = new RelayWatch(node, node.World.Settings.Relay);
        _tunnels.ForEach(tunnel => tunnel.Drop());
        foreach (var relay in _relays.Values)
            relay.Drop();
        foreach (var (tunnel, dialer) in _openings.Values)
        {
            tunnel.Drop();
            dialer.Dispose();
        }

        _tunnels.Clear();
        _relays.Clear();
        _openings.Clear();
        _awaited.Clear();
    }

    internal bool Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.OpenPath open:
                Open(open);
                break;
            case Effect.ClosePath close:
                Take(close.Path)?.Tunnel.End(tell: false);
                break;
            case Effect.RelayPath relay:
                Relay(relay);
                break;
            case Effect.RelayAllow allow:
                Allow(allow);
                break;
            case Effect.EndRelay end:
                _relays.GetValueOrDefault(end.Relay)?.Stop(end.Code);
                break;
            case Effect.ServePath serve:
                Serve(serve);
                break;
            case Effect.JoinPath join:
                Join(join);
                break;
            default:
                return false;
        }

        return true;
    }

    private void Open(Effect.OpenPath open)
    {
        var key = open.PathKey.ToArray();
        if (
            node.Link(open.Via) is not { } via
            || PathDialer.TryStart(open.Target, key, _chance, quickAtAes: false) is not { } dialer
        )
        {
            node.Take(new Input.PathFailed(open.Path, "no link"));
            return;
        }

        var tunnel = new Tunnel(node, via) { Refused = code => Fail(open.Path, code.ToString()) };
        var path = new PathRequest
        {
            Pseudonym = ByteString.CopyFrom(open.Target.Key.ToArray()),
            Hops = (uint)open.Hops,
            Hello = ByteString.CopyFrom(dialer.Hello.Span),
        };
        _openings.Add(open.Path, (tunnel, dialer));
        if (tunnel.Ask(new Request { Path = path }) is { } asked)
            _awaited.Add((open.Via, asked), (wire, join) => Finish(open.Path, wire, join));
        else
            Fail(open.Path, "full");
    }

    private void Finish(PathId path, IWorldWire wire, Effect.JoinPath join)
    {
        if (Take(path) is not ({ } tunnel, var dialer))
        {
            wire.Refuse(join.Stream, ResetCode.NotFound);
            return;
        }

        var keys = dialer.TryFinish(join.Request.Hello.Span);
        dialer.Dispose();
        if (keys is null)
        {
            wire.Refuse(join.Stream, ResetCode.Malformed);
            tunnel.End(tell: false);
            node.Take(new Input.PathFailed(path, "whoever answered does not hold its key"));
            return;
        }

        tunnel.Answer(join.Stream);
        var link = Run(tunnel, keys, dialed: true);
        node.Take(new Input.PathOpened(path, link));
    }

    private void Fail(PathId path, string why)
    {
        if (Take(path) is not ({ } tunnel, var dialer))
            return;
        tunnel.End(tell: false);
        dialer.Dispose();
        node.Take(new Input.PathFailed(path, why));
    }

    // Whoever takes it out goes on with it; for all others it is over.
    private (Tunnel Tunnel, PathDialer Dialer)? Take(PathId path)
    {
        if (!_openings.Remove(path, out var opening))
            return null;
        _awaited.Remove((opening.Tunnel.Via.Id, opening.Tunnel.Asked));
        return opening;
    }

    private LinkId Run(Tunnel tunnel, LinkKeys keys, bool dialed)
    {
        var (id, peer) = (node.NextPathLink(), tunnel.Via.Peer);
        var wire = new SealedWire(node, id, peer, dialed, keys, padded: true, tunnel);
        tunnel.Carry(wire);
        _tunnels.RemoveAll(old => old.IsOver);
        _tunnels.Add(tunnel);
        node.Add(wire);
        return id;
    }

    private void Serve(Effect.ServePath serve)
    {
        var own = new PseudonymId(new(serve.Request.Pseudonym.Span));
        var hello = serve.Request.Hello.Span;
        var answer = new byte[PathDialer.HelloBytes];
        if (node.Link(serve.Link) is { } via)
        {
            if (
                node.Circles.PathKeyOf(own) is { } key
                && PathAnswerer.TryAnswer(own, key, hello, _chance, false, answer) is { } keys
            )
            {
                var tunnel = new Tunnel(node, via);
                tunnel.Answer(serve.Stream);
                var up = new UpRequest
                {
                    Stream = serve.Stream.Value,
                    Hello = ByteString.CopyFrom(answer),
                };
                if (tunnel.Ask(new Request { Up = up }) is not null)
                {
                    node.Take(new Input.PathServed(Run(tunnel, keys, dialed: false), serve.Link));
                    return;
                }

                keys.Dispose();
            }

            via.Refuse(serve.Stream, ResetCode.NotFound);
        }

        node.Take(new Input.PathServed(null, serve.Link));
    }

    private void Relay(Effect.RelayPath asked)
    {
        if (node.Link(asked.From) is { } from && node.Link(asked.To) is { } to)
        {
            var relay = new RelayedPath(node, asked, from, to)
            {
                Gone = Forget,
                Came = _watch.Carried,
            };
            _relays[asked.Relay] = relay;
            _watch.Granted(relay.For, relay.Allowed);
            if (relay.Ask() is { } stream)
            {
                _awaited.Add(
                    (asked.To, stream),
                    (wire, join) => relay.Join(wire, join.Stream, join.Request)
                );
                return;
            }

            Forget(relay);
        }

        node.Take(new Input.RelayRefused(asked.Relay, ResetCode.Busy));
    }

    private void Allow(Effect.RelayAllow allow)
    {
        if (_relays.GetValueOrDefault(allow.Relay) is not { } relay)
            return;
        _watch.Granted(relay.For, allow.Bytes);
        relay.Allow(allow.Bytes);
    }

    private void Forget(RelayedPath relay)
    {
        _watch.Granted(relay.For, relay.Moved - relay.Allowed);
        if (relay.Stream is { } stream)
            _awaited.Remove((relay.Asked.To, stream));
        // The same number may be at its next hop already.
        if (_relays.GetValueOrDefault(relay.Asked.Relay) == relay)
            _relays.Remove(relay.Asked.Relay);
    }

    private void Join(Effect.JoinPath join)
    {
        if (node.Link(join.Link) is not { } wire)
            return;
        if (_awaited.Remove((join.Link, new StreamId(join.Request.Stream)), out var joined))
            joined(wire, join);
        else
            wire.Refuse(join.Stream, ResetCode.NotFound);
    }
}
