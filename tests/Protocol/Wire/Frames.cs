using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Tests.Protocol.Wire;

/// <summary>One frame of each type, as laws want them.</summary>
internal static class Frames
{
    internal static FrameHeader Example(FrameType type) =>
        type switch
        {
            FrameType.Message => new(type, default, 300),
            FrameType.Open => new(type, new StreamId(3), 40),
            FrameType.Part => new(type, new StreamId(2), 70),
            FrameType.Data => new(type, new StreamId(2), 65_536),
            FrameType.Credit => new(type, new StreamId(3), 4),
            FrameType.End => new(type, new StreamId(2), 0),
            FrameType.Reset => new(type, new StreamId(2), 1),
            FrameType.Ping or FrameType.Pong => new(type, default, 8),
            FrameType.Rekey => new(type, default, 0),
            FrameType.Close => new(type, default, 1),
            FrameType.Pad => new(type, default, 17),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };

    internal static byte[] Body(FrameHeader header)
    {
        var body = new byte[header.BodyBytes];
        new Random(header.BodyBytes).NextBytes(body);
        return body;
    }
}
