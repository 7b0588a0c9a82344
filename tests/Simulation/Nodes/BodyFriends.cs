using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>A node's friends, as its disk has them, and how links to them come about.</summary>
internal sealed class BodyFriends(SimNode node)
{
    private int _dials;

    internal void Start()
    {
        foreach (var friend in node.World.Friends.Of(node.Number, node.Now))
            Know(friend);
    }

    /// <summary>From now on that one is a friend; at the moment that the world says.</summary>
    internal void Add(int friend)
    {
        node.Handshakes?.Admit(friend);
        if (node.IsUp)
            Know(friend);
    }

    /// <summary>From now on it is a stranger, whatever it holds; at the moment as above.</summary>
    internal void Remove(int friend)
    {
        var id = SimNode.IdOf(node.World, friend);
        node.Trace.Say(node.Now, $"removes n{friend}");
        node.Handshakes?.Erase(friend);
        node.Catalogs.Forget(id);
        node.Circles.Forget(id);
        if (node.IsUp)
            node.Take(new Input.FriendRemoved(id));
    }

    internal void Dial(int peer)
    {
        var link = ((long)node.Number << SimNode.NumberBits) | (uint)++_dials;
        object? hello = node.Handshakes?.Dial(new LinkId(link), peer);
        node.Line.Carry(peer, ArrivalKind.Dial, link, 0, 0, (uint)node.Number, hello);
    }

    internal void Answer(in Arrival arrival)
    {
        var (link, dialer) = (new LinkId(arrival.Link), (int)arrival.Number);
        (LinkKeys Keys, ReadOnlyMemory<byte> Answer)? sealing = null;
        // Without handshakes a friend is known by its name.
        var isFriend = node.Handshakes is null
            ? node.World.Friends.Regards(node.Number, dialer, node.Now)
            : (sealing = node.Handshakes.Answer((ReadOnlyMemory<byte>)arrival.Body!, dialer))
                is not null;
        if (!isFriend)
        {
            // A stranger hears nothing and gives up in time; here at once.
            Refuse(arrival);
            return;
        }

        object? answer = sealing?.Answer;
        node.Line.Carry(dialer, ArrivalKind.Accepted, link.Value, 0, 0, (uint)node.Number, answer);
        Open(link, dialer, dialed: false, sealing?.Keys);
    }

    internal void Accepted(in Arrival arrival)
    {
        var (link, peer) = (new LinkId(arrival.Link), (int)arrival.Number);
        if (node.IsParted(peer))
        {
            // The other end will notice that nothing comes.
            Refused(arrival, "parted");
            return;
        }

        var keys = node.Handshakes?.Finish(link, (ReadOnlyMemory<byte>)arrival.Body!);
        if (node.Handshakes is not null && keys is null)
            Refused(arrival, "not who was dialed");
        else
            Open(link, peer, dialed: true, keys);
    }

    internal void Refused(in Arrival arrival, string why)
    {
        node.Handshakes?.Forget(new LinkId(arrival.Link));
        node.Take(new Input.DialFailed(SimNode.IdOf(node.World, (int)arrival.Number), why));
    }

    internal void Refuse(in Arrival arrival) =>
        node.Line.Carry(
            (int)arrival.Number,
            ArrivalKind.Refused,
            arrival.Link,
            0,
            0,
            (uint)node.Number,
            null
        );

    // Who has the lower number dials: so no two dials cross.
    private void Know(int friend)
    {
        string[] addresses = node.Number < friend ? [$"n{friend}:1"] : [];
        node.Take(new Input.FriendKnown(SimNode.IdOf(node.World, friend), addresses));
    }

    private void Open(LinkId id, int peer, bool dialed, LinkKeys? keys)
    {
        node.Add(
            keys is null ? new CountedWire(node, id, peer, dialed) : Seal(id, peer, dialed, keys)
        );
        node.Meter.Opened();
        var (friend, address) = (SimNode.IdOf(node.World, peer), dialed ? $"n{peer}:1" : "");
        node.Take(new Input.LinkOpened(id, friend, dialed, address));
    }

    private SealedWire Seal(LinkId id, int peer, bool dialed, LinkKeys keys)
    {
        var line = new LineCarrier(node, id, peer);
        var wire = new SealedWire(node, id, peer, dialed, keys, padded: false, line);
        line.Carry(wire);
        return wire;
    }
}
