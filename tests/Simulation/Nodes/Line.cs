using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>
/// A node's line to all others, of so many bytes a second each way: whatever leaves a node leaves
/// by it, but for what a path carries, whose links use it in turn.
/// </summary>
internal sealed class Line(SimNode node, Shard shard)
{
    private readonly WorldSettings _settings = node.World.Settings;
    private long _upFreeAt;
    private long _upControlFreeAt;
    private long _downFreeAt;

    /// <summary>When the answers sent so far have left.</summary>
    internal long AnswersFreeAt => _upFreeAt;

    /// <summary>Sends something to another node: waits for the uplink, then for the way.</summary>
    internal void Carry(
        int peer,
        ArrivalKind kind,
        long link,
        int order,
        int bytes,
        uint number,
        object? body
    )
    {
        // A friend that was one is told that the link is over; who dials and is none finds out by
        // waiting, for which the refusal stands.
        if (kind is not (ArrivalKind.Refused or ArrivalKind.Closed))
            node.Checks.Sending(node, peer);
        // Answers wait for all, all else only for its like, as in a link's queue.
        var time = bytes * World.Second / _settings.UpRate;
        _upFreeAt = Math.Max(_upFreeAt, node.Now) + time;
        _upControlFreeAt = Math.Max(_upControlFreeAt, node.Now) + time;
        var sent = kind == ArrivalKind.Answer ? _upFreeAt : _upControlFreeAt;
        if (kind == ArrivalKind.Answer)
            _upControlFreeAt -= time;
        var at = sent + node.World.Delay(node.Number, peer);
        shard.Post(new(at, peer, link, order, kind, bytes, number, body));
    }

    /// <summary>The same of a record: those of a link come in their order.</summary>
    internal void Carry(int peer, FrameType type, long link, int order, ReadOnlyMemory<byte> record)
    {
        if (type != FrameType.Close)
            node.Checks.Sending(node, peer);
        var kind = type is FrameType.Ping or FrameType.Pong ? ArrivalKind.Ping : ArrivalKind.Record;
        var time = record.Length * World.Second / _settings.UpRate;
        _upFreeAt = Math.Max(_upFreeAt, node.Now) + time;
        var at = _upFreeAt + node.World.Delay(node.Number, peer);
        shard.Post(new(at, peer, link, order, kind, record.Length, 0, record));
    }

    /// <summary>Whether it is all here; what finds the line busy comes again when it is.</summary>
    internal bool HasCome(in Arrival arrival)
    {
        var isFree = _downFreeAt <= node.Now;
        var time = arrival.Bytes * World.Second / _settings.DownRate;
        _downFreeAt = Math.Max(_downFreeAt, node.Now) + time;
        if (!isFree)
            shard.Post(arrival with { At = _downFreeAt, Bytes = -arrival.Bytes });
        return isFree;
    }
}
