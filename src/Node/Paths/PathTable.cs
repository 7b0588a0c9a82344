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
/// a relay's, that of what is awaited, a pipe's, a link's.
/// </summary>
public sealed class PathTable
{
    private const int BlocksKept = 16;
    private readonly BlockPool _blocks = new(BlocksKept);
    private readonly Awaited _awaited = new();
    private readonly OurSide _our;
    private readonly Func<PseudonymId, Key?> _pathKeyOf;
    private readonly PathEnds _ends;
    private readonly OwnTunnels _own;
    private readonly RelayTable _relays;

    /// <param name="pathKeyOf">The key of a pseudonym of ours; null: not ours now.</param>
    /// <param name="tap">Sees what passes through; null: nobody.</param>
    public PathTable(
        OurSide our,
        Func<PseudonymId, Key?> pathKeyOf,
        Ledger ledger,
        RelayTap? tap = null
    )
    {
        (_our, _pathKeyOf) = (our, pathKeyOf);
        _ends = new PathEnds(our, ledger);
        _own = new OwnTunnels(our, _blocks, _awaited, _ends, Post);
        _relays = new RelayTable(our, _blocks, _awaited, ledger, tap, Post);
    }

    /// <summary>A snapshot: what begins, passes and ends here.</summary>
    public IReadOnlyList<PathSeen> All =>
        [
            .. _own.All.Select(opening => opening.Seen),
            .. _ends.All.Select(end => end.Seen),
            .. _relays.All.Select(relay => relay.Seen),
        ];

    /// <summary>The path that carries that link; null: none, or it is gone.</summary>
    public PathSeen? Find(LinkId link) => _ends.Find(link)?.Seen;

    /// <summary>From the engine's thread; never blocks. False: not of paths.</summary>
    public bool Handle(Effect effect)
    {
        switch (effect)
        {
            case Effect.OpenPath open:
                _own.Open(open);
                return true;
            case Effect.ClosePath close:
                _own.Close(close.Path);
                return true;
            case Effect.RelayPath relay:
                _relays.Begin(relay);
                return true;
            case Effect.RelayAllow allow:
                _relays.Find(allow.Relay)?.Allow(allow.Bytes);
                return true;
            case Effect.EndRelay end:
                _relays.Find(end.Relay)?.Stop(end.Code);
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
    private void Post(Input input) => Work(() => _our.Post(input));

    private static PseudonymId PseudonymOf(Effect.ServePath serve) =>
        new(new(serve.Request.Pseudonym.Span));

    private void Join(Effect.JoinPath join)
    {
        var joined = _awaited.Take(join.Link, new StreamId(join.Request.Stream));
        if (_our.Links.Find(join.Link) is not { } link)
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
        if (_our.Links.Find(serve.Link) is { } via)
        {
            var start = TryServe(via, serve, out var code);
            if (start is not null)
            {
                _ends.Run(start, via, PseudonymOf(serve));
                return;
            }

            via.Refuse(serve.Stream, code);
        }

        Post(new Input.PathServed(null, serve.Link));
    }

    private LinkStart? TryServe(Link via, Effect.ServePath serve, out ResetCode code)
    {
        var own = PseudonymOf(serve);
        var answer = new byte[PathDialer.HelloBytes];
        var hello = serve.Request.Hello.Span;
        using var key = _pathKeyOf(own);
        code = ResetCode.NotFound;
        if (
            key is null
            || PathAnswerer.TryAnswer(own, key, hello, _our.Entropy, _our.QuickAtAes, answer)
                is not { } keys
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
}
