using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>
/// A frame to be sealed next. Its body is <see cref="Body"/>, or, where <see cref="Block"/> is
/// not null, <see cref="FrameHeader.BodyBytes"/> bytes of that block from <see cref="Offset"/>.
/// </summary>
public readonly record struct OutgoingFrame<TBlock>
    where TBlock : class
{
    internal OutgoingFrame(FrameHeader header, ReadOnlyMemory<byte> body)
    {
        Header = header;
        Body = body;
    }

    internal OutgoingFrame(FrameHeader header, QueuedPiece<TBlock> piece, int offset)
    {
        Header = header;
        Piece = piece;
        Offset = offset;
    }

    public FrameHeader Header { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public TBlock? Block => Piece?.Block;

    public int Offset { get; }

    /// <summary>Whether a limit may hold it back.</summary>
    public bool IsHeld { get; internal init; }

    internal QueuedPiece<TBlock>? Piece { get; }
}

/// <summary>
/// One PART, DATA or END of an answer, waiting; DATA goes out in one or more frames.
/// </summary>
internal sealed class QueuedPiece<TBlock>(
    FrameType type,
    ReadOnlyMemory<byte> memory,
    TBlock? block,
    int offset,
    int length
)
    where TBlock : class
{
    internal FrameType Type { get; } = type;

    internal ReadOnlyMemory<byte> Memory { get; } = memory;

    internal TBlock? Block { get; } = block;

    /// <summary>Where in the block or memory the next frame's body starts.</summary>
    internal int Offset { get; set; } = offset;

    internal int Left { get; set; } = length;

    /// <summary>Frames polled from the block and not sealed yet: it may not be returned.</summary>
    internal int Pins { get; set; }
}
