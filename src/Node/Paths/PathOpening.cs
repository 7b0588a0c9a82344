using System.Diagnostics.CodeAnalysis;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Node.Paths;

/// <summary>A path of ours until it is a link: asked for, then accepted, or not.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its link, or Close, disposes of it.")]
internal sealed class PathOpening(Effect.OpenPath asked, Link via)
{
    private PathDialer? _dialer;
    private Tunnel? _tunnel;

    internal PathId Path => asked.Path;

    internal Link Via => via;

    internal PseudonymId Target => asked.Target;

    internal PathSeen Seen =>
        new(PathRole.Ours, false, Target, via.Friend, null, null, default, default);

    /// <summary>The stream that it was asked on; null: not yet.</summary>
    internal (LinkId, StreamId)? Asked { get; private set; }

    /// <summary>Asks; null and a clause: it cannot be.</summary>
    /// <param name="lost">It was refused or lost; outside all locks.</param>
    internal (LinkId, StreamId)? TryAsk(
        OurSide our,
        BlockPool pool,
        Action<ResetCode?> lost,
        out string why
    )
    {
        Span<byte> key = stackalloc byte[Crypto.Merkle.Hash256.Size];
        asked.PathKey.CopyTo(key);
        why = "its path key is unfit";
        _dialer = PathDialer.TryStart(asked.Target, key, our.Entropy, our.QuickAtAes);
        if (_dialer is null)
        {
            return null;
        }

        why = "the friend's link is gone or full";
        _tunnel = new Tunnel(pool, lost);
        var path = new PathRequest
        {
            Pseudonym = ByteString.CopyFrom(asked.Target.Key.ToArray()),
            Hops = (uint)asked.Hops,
            Hello = ByteString.CopyFrom(_dialer.Hello.Span),
        };
        var stream = _tunnel.Open(via, new Request { Path = path });
        return Asked = stream == default ? null : (via.Id, stream);
    }

    /// <summary>Null: whoever accepted is not who it should be.</summary>
    internal LinkStart? TryJoin(StreamId stream, UpRequest accepted)
    {
        var answer = via.BeginAnswer(stream);
        if (_dialer!.TryFinish(accepted.Hello.Span) is not { } keys)
        {
            answer.Reset(ResetCode.Malformed);
            return null;
        }

        _tunnel!.Start(answer);
        return PathStart(
            dialed: true,
            $"~{asked.Target.Short}",
            _tunnel,
            keys,
            link => new Input.PathOpened(asked.Path, link)
        );
    }

    internal void Close()
    {
        _tunnel?.Shutdown();
        _dialer?.Dispose();
    }

    internal static LinkStart PathStart(
        bool dialed,
        string address,
        Tunnel tunnel,
        LinkKeys keys,
        Func<LinkId, Input> opened
    ) => new(null, dialed, address, tunnel, keys, default, null, opened);
}
