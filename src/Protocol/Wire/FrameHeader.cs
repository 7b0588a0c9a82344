using System.Buffers.Binary;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Wire;

/// <summary>What a frame is; unknown values close the link.</summary>
public enum FrameType
{
    /// <summary>Stream 0 only; body: protobuf <c>Message</c>.</summary>
    Message = 0,

    /// <summary>Opens a stream; body: u32 LE first credit, then protobuf <c>Request</c>.</summary>
    Open = 1,

    /// <summary>A small structured piece of an answer; not counted against credit.</summary>
    Part = 2,

    /// <summary>Raw bytes of an answer; counted against credit.</summary>
    Data = 3,

    /// <summary>Grants more bytes of DATA; body: u32 LE.</summary>
    Credit = 4,

    /// <summary>The answer is complete; no body.</summary>
    End = 5,

    /// <summary>Either side gives the stream up; body: u8 <see cref="ResetCode"/>.</summary>
    Reset = 6,

    /// <summary>Asks for a PONG with the same body (8 bytes).</summary>
    Ping = 7,

    /// <summary>Answers a PING.</summary>
    Pong = 8,

    /// <summary>The sender's next record uses the next key (Noise REKEY); no body.</summary>
    Rekey = 9,

    /// <summary>Goodbye; body: u8 <see cref="CloseCode"/>. Nothing follows.</summary>
    Close = 10,

    /// <summary>Ignored; hides the size of small frames.</summary>
    Pad = 11,
}

/// <summary>Why a stream was given up.</summary>
public enum ResetCode
{
    Cancelled = 0,
    NotFound = 1,
    Busy = 2,
    Malformed = 3,
    Failed = 4,
}

/// <summary>Why a link ends.</summary>
public enum CloseCode
{
    Bye = 0,
    Duplicate = 1,
    Malformed = 2,
    Idle = 3,
    Removed = 4,
}

/// <summary>Eight bytes, little endian: body length u24, type u8, stream u32.</summary>
public readonly record struct FrameHeader(FrameType Type, StreamId Stream, int BodyBytes)
{
    public const int Bytes = 8;

    /// <summary>
    /// Unknown types, lengths over the limit or not the type's, and a stream where none belongs
    /// (or none where one does) give false.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> source, int bodyBytesMax, out FrameHeader header)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(source);
        var length = (int)(word & 0xFFFFFF);
        var type = (FrameType)(word >> 24);
        header = new(type, new(BinaryPrimitives.ReadUInt32LittleEndian(source[4..])), length);
        var (onStream, min, max) = Shape(type);
        return length >= min
            && length <= Math.Min(max, bodyBytesMax)
            && (header.Stream.Value != 0) == onStream;
    }

    public void Write(Span<byte> destination)
    {
        var word = (uint)BodyBytes | ((uint)Type << 24);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, word);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Stream.Value);
    }

    // Whether the type has a stream, and how many bytes its body may have. DATA and MESSAGE of no
    // bytes say nothing; a PART may be empty, since protobuf leaves defaults out.
    private static (bool OnStream, int Min, int Max) Shape(FrameType type) =>
        type switch
        {
            FrameType.Message => (false, 1, int.MaxValue),
            FrameType.Open => (true, sizeof(uint), int.MaxValue),
            FrameType.Part => (true, 0, int.MaxValue),
            FrameType.Data => (true, 1, int.MaxValue),
            FrameType.Credit => (true, sizeof(uint), sizeof(uint)),
            FrameType.End => (true, 0, 0),
            FrameType.Reset => (true, 1, 1),
            FrameType.Ping or FrameType.Pong => (false, sizeof(ulong), sizeof(ulong)),
            FrameType.Rekey => (false, 0, 0),
            FrameType.Close => (false, 1, 1),
            FrameType.Pad => (false, 0, int.MaxValue),
            _ => (false, 1, 0),
        };
}
