using FriendNet.Crypto.Sodium;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Node.Paths;

/// <summary>
/// Carries out what the engine wants of paths, on its thread; key agreements on workers. Locks:
/// a relay's, its own, a pipe's, a link's.
/// </summary>
/// <param name="pathKeyOf">The key of a pseudonym of ours; null: not ours, or not any more.</param>
/// <param name="tap">Sees what passes through; null: nobody.</param>
public sealed class PathTable(OurSide our, Func<PseudonymId, Key?> pathKeyOf, RelayTap? tap = null)
{
    private const int BlocksKept = 16;
    private const int ThreadBytes = 256 * 1024;
    private readonly Lock _gate = new();
    private readonly BlockPool _blocks = new(BlocksKept);
    private readonly Dictionary<(LinkId, StreamId), Action<Link, StreamId, UpRequest>> _asked = [];
    private readonly Dictionary<PathId, PathOpening> _openings = [];
    private readonly Dictionary<RelayId, Relay> _relays = [];

    /// <summary>From the engine's thread; never blocks. False: not of paths.</summary>
    public bool Handle(Effect effect)
    {
        switch (effect)
        {
            case Effect.OpenPath open:
                Open(open);
                return true;
            case Effect.ClosePath close:
                Take(close.Path)?.Close();
                return true;
            case Effect.RelayPath relay:
                BeginRelay(relay);
                return true;
            case Effect.RelayAllow allow:
                Find(allow.Relay)?.Allow(allow.Bytes);
                return true;
            case Effect.EndRelay end:
                Find(end.Relay)?.Stop(end.Code);
                return true;
            case Effect.ServePath serve:
                Work(() => Serve(serve));
                return true;
            case Effect.JoinPath join:
                Join(join);
                return true;
            default:
                return false;
        }
    }

    private static void Work(Action work) => ThreadPool.UnsafeQueueUserWorkItem(_ => work(), null);

    // Readers, writers and the engine report under locks, and must not wait for each other.
    private void Post(Input input) => Work(() => our.Post(input));

    private void Open(Effect.OpenPath open)
    {
        if (our.Links.Find(open.Via) is not { } via)
        {
            Post(new Input.PathFailed(open.Path, "the friend's link is gone"));
            return;
        }

        var opening = new PathOpening(open, via);
        lock (_gate)
        {
            _openings.Add(open.Path, opening);
        }

        Work(() => Ask(opening));
    }

    private void Ask(PathOpening opening)
    {
        string why;
        // Whatever is answered waits until the stream is known.
        lock (_gate)
        {
            if (!_openings.ContainsKey(opening.Path))
            {
                return;
            }

            if (
                opening.TryAsk(our.Entropy, _blocks, code => Refused(opening, code), out why) is
                { } stream
            )
            {
                _asked.Add(stream, (_, up, accepted) => Work(() => Finish(opening, up, accepted)));
                return;
            }
        }

        Fail(opening, why);
    }

    private void Refused(PathOpening opening, ResetCode? code) =>
        Fail(
            opening,
            code switch
            {
                ResetCode.NotFound => "no way there from that friend",
                ResetCode.Busy => "that friend relays enough already",
                null => "the friend's link was lost",
                _ => "it was given up on its way",
            }
        );

    private void Finish(PathOpening opening, StreamId stream, UpRequest accepted)
    {
        // Whoever takes it out has it alone: it may have been given up meanwhile.
        if (Take(opening.Path) is null)
        {
            opening.Via.Refuse(stream, ResetCode.NotFound);
        }
        else if (opening.TryJoin(stream, accepted) is { } start)
        {
            Run(start);
        }
        else
        {
            opening.Close();
            Post(new Input.PathFailed(opening.Path, "whoever answered does not hold its key"));
        }
    }

    /// <summary>Told once, and only while somebody waits for it.</summary>
    private void Fail(PathOpening opening, string why)
    {
        if (Take(opening.Path) is not null)
        {
            opening.Close();
            Post(new Input.PathFailed(opening.Path, why));
        }
    }

    private PathOpening? Take(PathId path)
    {
        lock (_gate)
        {
            if (_openings.Remove(path, out var opening) && opening.Asked is { } stream)
            {
                _asked.Remove(stream);
            }

            return opening;
        }
    }

    private void BeginRelay(Effect.RelayPath asked)
    {
        var (from, to) = (our.Links.Find(asked.From), our.Links.Find(asked.To));
        if (from is null || to is null)
        {
            Post(new Input.RelayRefused(asked.Relay, ResetCode.Failed));
            return;
        }

        var relay = new Relay(asked, from, _blocks, tap, Post) { Left = Forget };
        lock (_gate)
        {
            if (relay.Ask(to) != default)
            {
                _relays[asked.Relay] = relay;
                _asked.Add((asked.To, relay.Stream), relay.Join);
                return;
            }
        }

        Post(new Input.RelayRefused(asked.Relay, ResetCode.Busy));
    }

    private void Forget(Relay relay)
    {
        lock (_gate)
        {
            var asked = relay.Asked;
            _asked.Remove((asked.To, relay.Stream));
            // The same number may be at its next hop already.
            if (_relays.GetValueOrDefault(asked.Relay) == relay)
            {
                _relays.Remove(asked.Relay);
            }
        }
    }

    private Relay? Find(RelayId relay)
    {
        lock (_gate)
        {
            return _relays.GetValueOrDefault(relay);
        }
    }

    private void Join(Effect.JoinPath join)
    {
        Action<Link, StreamId, UpRequest>? joined;
        lock (_gate)
        {
            _asked.Remove((join.Link, new StreamId(join.Request.Stream)), out joined);
        }

        if (our.Links.Find(join.Link) is not { } link)
        {
            return;
        }

        if (joined is null)
        {
            link.Refuse(join.Stream, ResetCode.NotFound);
            return;
        }

        joined(link, join.Stream, join.Request);
    }

    private void Serve(Effect.ServePath serve)
    {
        if (our.Links.Find(serve.Link) is { } via)
        {
            var start = TryServe(via, serve, out var code);
            if (start is not null)
            {
                Run(start);
                return;
            }

            via.Refuse(serve.Stream, code);
        }

        Post(new Input.PathServed(null, serve.Link));
    }

    private LinkStart? TryServe(Link via, Effect.ServePath serve, out ResetCode code)
    {
        var own = new PseudonymId(new(serve.Request.Pseudonym.Span));
        var answer = new byte[PathDialer.HelloBytes];
        var hello = serve.Request.Hello.Span;
        using var key = pathKeyOf(own);
        code = ResetCode.NotFound;
        if (
            key is null
            || PathAnswerer.TryAnswer(own, key, hello, our.Entropy, answer) is not { } keys
        )
        {
            return null;
        }

        var tunnel = new Tunnel(_blocks, _ => { });
        tunnel.Start(via.BeginAnswer(serve.Stream));
        var up = new UpRequest { Stream = serve.Stream.Value, Hello = ByteString.CopyFrom(answer) };
        if (tunnel.Open(via, new Request { Up = up }) == default)
        {
            code = ResetCode.Busy;
            tunnel.Dispose();
            keys.Dispose();
            return null;
        }

        return PathOpening.PathStart(
            dialed: false,
            "somebody",
            tunnel,
            keys,
            link => new Input.PathServed(link, serve.Link)
        );
    }

    private void Run(LinkStart start)
    {
        var link = our.Links.Add(start, our.LinkSetting);
        new Thread(link.Run, ThreadBytes) { IsBackground = true, Name = "path" }.Start();
    }
}
