using System.Buffers;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;
using FriendNet.Tests.Crypto;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>An engine and a body that keeps circle catalogs in memory.</summary>
internal sealed partial class CircleNode
{
    private readonly CircleWorld _world;
    private readonly int _number;
    private readonly int _horizon;
    private readonly Dictionary<FriendId, CircleNode> _friends = [];
    private readonly Dictionary<LinkId, CircleNode> _links = [];
    private readonly Dictionary<AskId, Effect.FetchCircle> _asks = [];
    private readonly Dictionary<uint, AskId> _streams = [];
    private readonly Dictionary<FriendId, Dictionary<PseudonymId, ToldHead>> _offers = [];
    private readonly Dictionary<PseudonymId, FriendId> _sponsors = [];
    private readonly List<OwnPseudonym> _own = [];
    private EntrySet _before = EntrySet.Empty;
    private EntrySet _shown = EntrySet.Empty;
    private ComingParts _parts = new();
    private NodeEngine _engine;
    private uint _lastStream;
    private int _life;

    internal CircleNode(CircleWorld world, string name, int number, int horizon)
    {
        (_world, Name, _number, _horizon) = (world, name, number, horizon);
        Id = new FriendId((UInt128)(number + 1));
        Agreement = Key.Create(KeyAgreementAlgorithm.X25519, new SeededEntropy(-1 - number));
        _engine = NewEngine();
    }

    internal string Name { get; }

    internal FriendId Id { get; }

    internal Key Agreement { get; }

    internal Instant? Deadline => _engine.Deadline;

    /// <summary>What the store holds, at which head.</summary>
    internal Dictionary<PseudonymId, (SignedHead Head, EntrySet Content)> Held { get; } = [];

    internal IReadOnlyList<OwnPseudonym> Own => _own;

    internal IReadOnlyCollection<CircleNode> Friends => _friends.Values;

    internal PseudonymId Pseudonym => _own[^1].Id;

    /// <summary>Every effect that was not carried out here but said.</summary>
    internal List<Effect> Said { get; } = [];

    /// <summary>What it gives in place of a catalog it is asked for; null: the truth.</summary>
    internal Func<SignedHead, byte[]?>? Lie { get; set; }

    /// <summary>Whose entries it gives in parts of a catalog; null: the truth.</summary>
    internal EntrySet? LieInParts { get; set; }

    /// <summary>It cuts the deltas that it tells.</summary>
    internal bool LieInDeltas { get; set; }

    /// <summary>It says of every head that it tells that it is its own.</summary>
    internal bool LieInHops { get; set; }

    /// <summary>It tells, and never answers.</summary>
    internal bool IsMute { get; set; }

    internal CircleNode? PeerOn(LinkId link) => _links.GetValueOrDefault(link);

    internal LinkId? LinkTo(CircleNode other)
    {
        foreach (var (link, node) in _links)
        {
            if (node == other)
                return link;
        }

        return null;
    }

    internal Dictionary<PseudonymId, ToldHead> OffersOf(CircleNode friend) =>
        _offers.GetValueOrDefault(friend.Id) ?? [];

    internal IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym) => _engine.RoutesTo(pseudonym);

    internal void Befriend(CircleNode friend)
    {
        if (_friends.TryAdd(friend.Id, friend))
            Handle(new Input.FriendKnown(friend.Id, []));
    }

    internal void Unfriend(CircleNode friend)
    {
        _friends.Remove(friend.Id);
        _offers.Remove(friend.Id);
        if (LinkTo(friend) is { } link)
            _links.Remove(link);
        Handle(new Input.FriendRemoved(friend.Id));
    }

    internal void Open(LinkId link, CircleNode friend, bool dialed)
    {
        _links.Add(link, friend);
        Handle(new Input.LinkOpened(link, friend.Id, dialed, "x:1"));
    }

    internal void Close(CircleNode friend)
    {
        if (LinkTo(friend) is not { } link)
            return;
        _links.Remove(link);
        Handle(new Input.LinkClosed(link, "test"));
        foreach (var ask in _asks.Values.Where(ask => ask.Link == link).ToArray())
            End(ask.Ask, CircleEnd.CutOff);
    }

    /// <summary>Shows this to the circle.</summary>
    internal void Show(EntrySet content)
    {
        _shown = content;
        Handle(new Input.CircleChanged(content.Head));
    }

    /// <summary>Loses memory and links, keeps the store.</summary>
    internal void Restart(Func<ToldHead, bool>? keeps = null)
    {
        foreach (var friend in _links.Values.ToArray())
            _world.Disconnect(this, friend);
        _asks.Clear();
        _streams.Clear();
        _parts = new ComingParts();
        _life++;
        _engine = NewEngine();
        Handle(new Input.OwnHeads([.. _own.Where(p => p.Last is not null).Select(p => p.Last!)]));
        foreach (var (friend, offers) in _offers)
        {
            List<ToldHead> kept = [.. offers.Values.Where(keeps ?? (_ => true))];
            _offers[friend].Clear();
            foreach (var told in kept)
                _offers[friend].Add(told.Head.Pseudonym, told);
            Handle(new Input.HeadsKnown(friend, kept));
        }

        List<HeldCircle> held =
        [
            .. Held.Values.Select(h => new HeldCircle(
                h.Head,
                _sponsors[h.Head.Pseudonym],
                h.Content.Whole.Length
            )),
        ];
        Handle(new Input.CirclesHeld(held));
        foreach (var friend in _friends.Keys)
            Handle(new Input.FriendKnown(friend, []));
        Handle(new Input.CircleChanged(_shown.Head));
    }

    internal void Handle(Input input)
    {
        _engine.Handle(input, _world.Now);
        while (_engine.TryPoll(out var effect))
            Do(effect!);
    }

    // What is under way ends with the process.
    private void Post(Action work)
    {
        var life = _life;
        _world.Post(() =>
        {
            if (life == _life)
                work();
        });
    }

    private NodeEngine NewEngine() =>
        new(
            Id,
            new SeededEntropy(_number),
            new EngineSettings { Horizon = _horizon, Possession = new(Prove, Holds) }
        );

    private ReadOnlyMemory<byte> Prove(PseudonymId pseudonym, FriendId receiver)
    {
        var proof = new byte[PossessionProof.Bytes];
        var key = _own.Find(own => own.Id == pseudonym)!.Keys.Path;
        var other = _friends[receiver].Agreement.PublicKey;
        Xunit.Assert.True(PossessionProof.TryMake(key, other, pseudonym, Id, receiver, proof));
        return proof;
    }

    private bool Holds(SignedHead head, FriendId teller, ReadOnlySpan<byte> proof)
    {
        var path = PublicKey.Import(KeyAgreementAlgorithm.X25519, head.Head.PathKey.ToArray());
        var made = new byte[PossessionProof.Bytes];
        return PossessionProof.TryMake(Agreement, path, head.Pseudonym, teller, Id, made)
            && proof.SequenceEqual(made);
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.Send send:
                _world.Send(this, send.Link, Lied(send.Message));
                break;
            case Effect.SignHead sign:
                Post(() => Sign(sign));
                break;
            case Effect.FetchCircle fetch:
                Ask(fetch);
                break;
            case Effect.ApplyCircle apply:
                Post(() => Apply(apply));
                break;
            case Effect.GiveUpCircle giveUp:
                Post(() => End(giveUp.Ask, CircleEnd.CutOff));
                break;
            case Effect.ServeCircle serve:
                Post(() => Serve(serve));
                break;
            case Effect.Refuse refuse when PeerOn(refuse.Link) is { } asker:
                Said.Add(refuse);
                var why = refuse.Code == ResetCode.NotFound ? CircleEnd.Missing : CircleEnd.CutOff;
                _world.Post(() => asker.EndStream(refuse.Stream, why));
                break;
            case Effect.KeepOffers keep:
                Keep(keep);
                break;
            case Effect.KeepCircle keep:
                Held[keep.Held.Pseudonym] = (
                    keep.Held,
                    Held[keep.SameAs ?? keep.Held.Pseudonym].Content
                );
                _sponsors[keep.Held.Pseudonym] = keep.Sponsor;
                break;
            case Effect.DropCircle drop:
                Held.Remove(drop.Pseudonym);
                break;
            default:
                Said.Add(effect);
                break;
        }
    }

    private Message Lied(Message message)
    {
        var lied = message.Clone();
        foreach (var news in lied.Heads?.News ?? [])
        {
            if (LieInDeltas && !news.Delta.IsEmpty)
                news.Delta = ByteString.CopyFrom(news.Delta.Span[..^1]);
            if (LieInHops && news.Hops > 1)
            {
                // The best it can: a proof of its own key.
                news.Hops = 1;
                news.Proof = ByteString.CopyFrom(new byte[PossessionProof.Bytes]);
            }
        }

        return lied;
    }

    private void Sign(Effect.SignHead sign)
    {
        var own = _own.Find(p => p.Id == sign.Who);
        if (own is null)
            _own.Add(own = new OwnPseudonym((_number * 100) + _own.Count));
        var before = own.Last?.Head.Content.Root == _before.Head.Root ? _before : null;
        var head = own.Sign(sign.Version, sign.Content, sign.Horizon);
        var delta = before is null || head.IsWithdrawal ? [] : _shown.DeltaFrom(before);
        _before = _shown;
        Handle(new Input.HeadSigned(head, delta.Length > 4096 ? default : delta));
    }

    private void Keep(Effect.KeepOffers keep)
    {
        if (!_offers.TryGetValue(keep.Friend, out var offers))
            _offers.Add(keep.Friend, offers = []);
        foreach (var change in keep.Changes)
        {
            if (change.Head is { } head)
                offers[change.Pseudonym] = new ToldHead(head, change.Hops);
            else
                offers.Remove(change.Pseudonym);
        }
    }
}
