using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Tests.Protocol.Holdings;

/// <summary>One node of the swarm: a real engine, an uplink, and the runs it holds.</summary>
internal sealed class SwarmNode(int number, NodeEngine engine, double bytesPerSecond)
{
    private readonly List<(LinkId Link, Queue<Upload> Uploads)> _queues = [];

    internal int Number => number;

    internal NodeEngine Engine => engine;

    internal FriendId Id { get; } = IdOf(number);

    internal static FriendId IdOf(int number) => FriendId.Of(BitConverter.GetBytes(number));

    /// <summary>Of its uplink.</summary>
    internal double BytesPerSecond => bytesPerSecond;

    internal HashSet<Slice> Has { get; } = [];

    /// <summary>Its catalog offers the content.</summary>
    internal bool IsSeed { get; set; }

    internal bool IsBusy { get; set; }

    internal long Sent { get; set; }

    internal Instant? DoneAt { get; set; }

    /// <summary>Friends by link.</summary>
    internal Dictionary<LinkId, (SwarmNode Friend, LinkId Theirs)> Links { get; } = [];

    internal void Add(LinkId link, Upload upload)
    {
        if (!_queues.Exists(one => one.Link == link))
            _queues.Add((link, new()));
        _queues.Find(one => one.Link == link).Uploads.Enqueue(upload);
    }

    internal void Drop(LinkId link) => _queues.RemoveAll(one => one.Link == link);

    /// <summary>The next frame, links taking turns.</summary>
    internal Upload? Next()
    {
        foreach (var one in _queues)
        {
            while (one.Uploads.TryPeek(out var upload) && upload.IsOver)
                one.Uploads.Dequeue();
            if (!one.Uploads.TryPeek(out var next))
                continue;
            // To the end of the line.
            _queues.Remove(one);
            _queues.Add(one);
            return next;
        }

        return null;
    }
}

/// <summary>A fetch that is being answered.</summary>
internal sealed class Upload(SwarmNode to, Effect.Fetch fetch)
{
    internal SwarmNode To => to;

    internal Effect.Fetch Fetch => fetch;

    internal int Index { get; set; }

    /// <summary>Of the slice in hand that were sent.</summary>
    internal int Bytes { get; set; }

    internal bool IsOver { get; set; }
}
