using FriendNet.Node.Links;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>Who waits for an <c>up</c>, by the link and the stream that it will name.</summary>
internal sealed class Awaited
{
    private readonly Dictionary<(LinkId, StreamId), Action<Link, StreamId, UpRequest>> _waiting =
    [];

    /// <summary>
    /// Held while a stream is opened and noted here: whatever is answered waits until it is.
    /// </summary>
    internal Lock Gate { get; } = new();

    internal void Add((LinkId, StreamId) asked, Action<Link, StreamId, UpRequest> joined)
    {
        lock (Gate)
        {
            _waiting.Add(asked, joined);
        }
    }

    internal void Forget((LinkId, StreamId) asked)
    {
        lock (Gate)
        {
            _waiting.Remove(asked);
        }
    }

    /// <summary>Null: nobody, or it was accepted before.</summary>
    internal Action<Link, StreamId, UpRequest>? Take(LinkId link, StreamId stream)
    {
        lock (Gate)
        {
            return _waiting.Remove((link, stream), out var joined) ? joined : null;
        }
    }
}
