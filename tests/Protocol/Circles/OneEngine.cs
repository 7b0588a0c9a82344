using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Circles;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>One node's circles, and friends that say what the test wants.</summary>
internal sealed class OneEngine
{
    private readonly Queue<Effect> _effects = new();

    internal OneEngine(ReadHead? readHead = null) =>
        Sync = new CircleSync(
            new SeededEntropy(1),
            _effects,
            2,
            readHead ?? SignedHead.TryRead,
            new Possession((_, _) => default, (_, _, _) => true)
        );

    internal CircleSync Sync { get; }

    internal Instant Now { get; set; } = new(1_800_000_000L * 1_000_000);

    /// <summary>Heads of so many pseudonyms, each of so many entries.</summary>
    internal static List<SignedHead> Heads(int count, int entries, int first = 0) =>
        [.. Enumerable.Range(first, count).Select(i => Head(i, entries))];

    internal static LinkId LinkOf(int friend) => new(100 + friend);

    internal static FriendId FriendOf(int friend) => new((UInt128)(friend + 1));

    internal void Open(int friend)
    {
        Sync.HandleOpened(LinkOf(friend), FriendOf(friend), Now);
        var have = new HeadsHave { Root = ByteString.CopyFrom(new byte[Hash256.Size]) };
        Sync.HandleMessage(LinkOf(friend), new Message { HeadsHave = have }, Now);
    }

    internal void Tell(int friend, IEnumerable<SignedHead> heads)
    {
        var news = heads.Select(head => new HeadNews
        {
            Head = UnsafeByteOperations.UnsafeWrap(head.Encoded),
            Hops = 2,
        });
        Say(friend, new Heads { News = { news } });
    }

    internal void Say(int friend, Heads heads) =>
        Sync.HandleMessage(LinkOf(friend), new Message { Heads = heads }, Now);

    /// <summary>To the next deadline; what was to be done by then.</summary>
    internal List<Effect> Wait()
    {
        if (Sync.Deadline is { } at)
        {
            Now = at > Now ? at : Now;
            Sync.Poll(Now);
        }

        return Drain();
    }

    internal List<Effect> DrainOrWait() => _effects.Count > 0 ? Drain() : Wait();

    internal void Advance(TimeSpan time)
    {
        Now += time;
        Sync.Poll(Now);
    }

    internal List<Effect> Drain()
    {
        List<Effect> drained = [.. _effects];
        _effects.Clear();
        return drained;
    }

    /// <summary>All that was asked for came.</summary>
    internal void Give(Effect.FetchCircle ask, long encoded = 1000)
    {
        for (var i = 0; i < ask.Wants.Count; i++)
            Sync.Handle(new Input.CircleFetched(ask.Ask, i, CircleEnd.Held, encoded, default), Now);
        Sync.Handle(new Input.CircleAskEnded(ask.Ask, CircleEnd.Held), Now);
    }

    internal static SignedHead Head(int number, int entries, Hash256? root = null)
    {
        using var keys = new OwnPseudonym(1_000_000 + number).Keys;
        var id = new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes));
        var content = new CatalogHead(root ?? id.Key, entries, entries);
        var path = new Hash256(keys.Path.PublicKey.Bytes);
        return SignedHead.Sign(new CircleHead(id, path, 1_799_999_000, 2, content), keys.Signing);
    }
}
