using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>The keys of a node of a sealed world, and its handshakes: hellos and answers as bytes.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Clear disposes of what a crash ends.")]
internal sealed class Handshakes
{
    private readonly SimNode _node;
    private readonly Seeds _chance;
    private readonly IdentityKeys _keys;
    private readonly Dictionary<LinkId, DialerHandshake> _dials = [];

    // On disk: a hello that was answered is answered to no second time.
    private readonly Dictionary<FriendId, Instant> _accepted = [];
    private readonly Dictionary<int, PairSecret> _secrets = [];
    private VeilTable? _table;
    private Instant _dialedAt;

    internal Handshakes(SimNode node)
    {
        _node = node;
        _chance = new Seeds(node.World.Settings.Seed, Purpose.Handshake, node.Number);
        _keys = IdentityKeys.Create(_chance);
    }

    /// <summary>For the other nodes.</summary>
    internal PublicKey Agreement => _keys.Agreement.PublicKey;

    /// <summary>A crash: nothing that was dialed goes on.</summary>
    internal void Clear()
    {
        foreach (var dial in _dials.Values)
            dial.Dispose();
        _dials.Clear();
        _table?.Dispose();
        _table = null;
    }

    /// <summary>A friend from now on.</summary>
    internal void Admit(int friend) =>
        _table?.Set(
            OwnerOf(friend),
            _node.World.Nodes[friend].Handshakes!.Agreement,
            Secret(friend)
        );

    /// <summary>A stranger from now on.</summary>
    internal void Erase(int friend) => _table?.Remove(OwnerOf(friend));

    /// <summary>A hello to that friend.</summary>
    internal ReadOnlyMemory<byte> Dial(LinkId link, int peer)
    {
        var next = new Instant(_dialedAt.Microseconds + 1);
        _dialedAt = _node.Clock > next ? _node.Clock : next;
        var dial = DialerHandshake.TryStart(
            _keys.Agreement,
            _node.World.Nodes[peer].Handshakes!.Agreement,
            Secret(peer),
            card: null,
            _dialedAt,
            _chance,
            quickAtAes: false
        )!;
        _dials.Add(link, dial);
        return dial.Hello;
    }

    /// <summary>Null: it is not from that friend, or came before.</summary>
    internal (LinkKeys Keys, ReadOnlyMemory<byte> Answer)? Answer(
        ReadOnlyMemory<byte> hello,
        int dialer
    )
    {
        var friend = SimNode.IdOf(_node.World, dialer);
        using var handshake = new AnswererHandshake(_keys.Agreement, Table(), _chance, false);
        if (
            handshake.Handle(hello.Span) != HandshakeStatus.Proposed
            || handshake.Proposal!.Owner != new VeilOwner.Friend(friend)
            || handshake.Proposal.Timestamp <= _accepted.GetValueOrDefault(friend)
        )
            return null;
        _accepted[friend] = handshake.Proposal.Timestamp;
        return (handshake.Accept(card: null, out var answer).Keys, answer);
    }

    /// <summary>Null: it does not belong to what was dialed.</summary>
    internal LinkKeys? Finish(LinkId link, ReadOnlyMemory<byte> answer)
    {
        if (!_dials.Remove(link, out var dial))
            return null;
        using (dial)
        {
            var isComplete = dial.Handle(answer.Span, out _) == HandshakeStatus.Complete;
            return isComplete ? dial.TakeOutcome().Keys : null;
        }
    }

    internal void Forget(LinkId link)
    {
        if (_dials.Remove(link, out var dial))
            dial.Dispose();
    }

    private VeilTable Table()
    {
        if (_table is not null)
            return _table;
        _table = new VeilTable();
        foreach (var friend in _node.World.Friends.Of(_node.Number, _node.Now))
            Admit(friend);
        return _table;
    }

    private VeilOwner.Friend OwnerOf(int friend) => new(SimNode.IdOf(_node.World, friend));

    // The same at both ends.
    private PairSecret Secret(int peer)
    {
        if (_secrets.TryGetValue(peer, out var secret))
            return secret;
        var (one, other) = (Math.Min(peer, _node.Number), Math.Max(peer, _node.Number));
        var pair = ((ulong)one << 32) | (uint)other;
        Span<byte> bytes = stackalloc byte[PairSecret.Size];
        new Seeds(_node.World.Settings.Seed ^ Seeds.Mix(pair), Purpose.Handshake).Fill(bytes);
        return _secrets[peer] = PairSecret.Import(bytes);
    }
}
