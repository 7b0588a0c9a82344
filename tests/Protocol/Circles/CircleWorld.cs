using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>
/// Some engines, joined without sockets, in virtual time: each message takes 20 ms, goes through
/// the parser, and is counted.
/// </summary>
internal sealed class CircleWorld
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);
    private readonly PriorityQueue<Action, (Instant At, long Order)> _agenda = new();
    private readonly List<CircleNode> _nodes = [];
    private long _order;
    private long _lastLink;

    internal Instant Now { get; private set; } = new(1_800_000_000L * 1_000_000);

    internal IReadOnlyList<CircleNode> Nodes => _nodes;

    /// <summary>All messages, as sent.</summary>
    internal List<(
        CircleNode From,
        CircleNode To,
        LinkId Link,
        Message Message
    )> Messages { get; } = [];

    /// <summary>All content sent, in compressed bytes.</summary>
    internal List<(CircleNode From, CircleNode To, PseudonymId Of, int Bytes)> Content { get; } =
    [];

    /// <summary>The last head of every pseudonym.</summary>
    internal IEnumerable<SignedHead> Signed =>
        _nodes.SelectMany(node => node.Own).Select(own => own.Last!);

    internal SignedHead LastOf(PseudonymId id) => Signed.First(head => head.Pseudonym == id);

    internal CircleNode Add(string name, int horizon = 2)
    {
        var node = new CircleNode(this, name, _nodes.Count, horizon);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Befriends and links the two.</summary>
    internal void Connect(CircleNode a, CircleNode b)
    {
        a.Befriend(b);
        b.Befriend(a);
        var link = new LinkId(++_lastLink);
        a.Open(link, b, dialed: true);
        b.Open(link, a, dialed: false);
    }

    internal void Disconnect(CircleNode a, CircleNode b)
    {
        a.Close(b);
        b.Close(a);
    }

    internal void After(TimeSpan pause, Action action) =>
        _agenda.Enqueue(action, (Now + pause, ++_order));

    internal void Send(CircleNode from, LinkId link, Message message)
    {
        if (from.PeerOn(link) is not { } to)
            return;
        Messages.Add((from, to, link, message));
        var bytes = message.ToByteArray();
        After(Delay, () => Arrive(to, link, bytes));
    }

    internal void Post(Action action) => After(Delay, action);

    /// <summary>Until nothing happens within the time given.</summary>
    internal void Run(TimeSpan time)
    {
        var end = Now + time;
        while (true)
        {
            var next = _nodes.Min(node => node.Deadline);
            var isMessage = _agenda.TryPeek(out _, out var first) && !(next < first.At);
            var at = isMessage ? first.At : next;
            if (at is null || at > end)
                break;
            Now = at > Now ? at.Value : Now;
            if (isMessage)
                _agenda.Dequeue()();
            else
                Tick();
        }

        Now = end;
    }

    internal void Run(int seconds = 30) => Run(TimeSpan.FromSeconds(seconds));

    private void Tick()
    {
        foreach (var node in _nodes)
        {
            if (node.Deadline <= Now)
                node.Handle(new Input.Tick());
        }
    }

    private static void Arrive(CircleNode to, LinkId link, byte[] bytes)
    {
        if (to.PeerOn(link) is null)
            return;
        Xunit.Assert.True(ControlMessages.TryParse(bytes, out Message? message));
        to.Handle(new Input.MessageReceived(link, message));
    }
}

/// <summary>The keys of one pseudonym of a node, and what it signed last.</summary>
internal sealed class OwnPseudonym(int seed)
{
    internal PseudonymKeys Keys { get; } = PseudonymKeys.Create(new SeededEntropy(seed));

    internal SignedHead? Last { get; private set; }

    internal PseudonymId Id => new(new(Keys.Signing.PublicKey.Bytes));

    internal SignedHead Sign(long version, CatalogHead content, int horizon)
    {
        var path = new FriendNet.Crypto.Merkle.Hash256(Keys.Path.PublicKey.Bytes);
        var head = new CircleHead(Id, path, version, horizon, content);
        return Last = SignedHead.Sign(head, Keys.Signing);
    }
}
