using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>What a control frame of the peer means to its receiver.</summary>
public abstract record LinkEvent
{
    private LinkEvent() { }

    public sealed record Told(Message Message) : LinkEvent;

    /// <summary>Answer on that stream, and finish with End or Refuse.</summary>
    public sealed record Asked(StreamId Stream, Request Request) : LinkEvent;

    /// <summary>
    /// The peer gave up a request; what waited for it is dropped, nothing is due.
    /// </summary>
    public sealed record Cancelled(StreamId Stream, ResetCode Code) : LinkEvent;

    /// <summary>Goodbye: close the socket.</summary>
    public sealed record Closed(CloseCode Code) : LinkEvent;
}

/// <summary>Where a frame's body is to go.</summary>
public enum FrameFate
{
    /// <summary>Close the link; see <see cref="LinkSession{TBlock}.Closing"/>.</summary>
    Close,

    /// <summary>Open the body and forget it.</summary>
    Discard,

    /// <summary>
    /// PART, DATA, END or RESET for a request of ours: to whoever asked. After END and RESET the
    /// stream is over.
    /// </summary>
    Answer,

    /// <summary>To <see cref="LinkSession{TBlock}.HandleBody"/>.</summary>
    Control,
}
