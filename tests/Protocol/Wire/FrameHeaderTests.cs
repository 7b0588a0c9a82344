using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Wire;

public sealed class FrameHeaderTests
{
    public static TheoryData<FrameType> Types => [.. Enum.GetValues<FrameType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void WhatIsWrittenIsRead(FrameType type)
    {
        var header = Frames.Example(type);
        var bytes = new byte[FrameHeader.Bytes];
        header.Write(bytes);
        Assert.True(FrameHeader.TryParse(bytes, Limits.FrameBodyBytesMax, out var read));
        Assert.Equal(header, read);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void AStreamIsWhereItBelongs(FrameType type)
    {
        var header = Frames.Example(type);
        var other = header with { Stream = new(header.Stream.Value == 0 ? 1u : 0u) };
        var bytes = new byte[FrameHeader.Bytes];
        other.Write(bytes);
        Assert.False(FrameHeader.TryParse(bytes, Limits.FrameBodyBytesMax, out _));
    }

    [Theory]
    [InlineData("0500000404030201")] // CREDIT of 5 bytes
    [InlineData("0100010300000001")] // DATA of 65,537 bytes
    [InlineData("0000000300000001")] // DATA of none
    [InlineData("0100000500000001")] // END with a body
    [InlineData("0000000c00000000")] // a type that is none
    public void WhatIsOffIsRefused(string hex)
    {
        Assert.False(
            FrameHeader.TryParse(Convert.FromHexString(hex), Limits.FrameBodyBytesMax, out _)
        );
    }

    [Fact]
    public void TheLayoutIsFixed()
    {
        var bytes = new byte[FrameHeader.Bytes];
        new FrameHeader(FrameType.Data, new StreamId(0x01020304), 0xFFFE).Write(bytes);
        Assert.Equal("feff000304030201", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void RandomHeadersNeverThrowAndNeverExceedTheLimit()
    {
        var random = new Random(3);
        var bytes = new byte[FrameHeader.Bytes];
        var accepted = 0;
        for (var i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            bytes[2] &= 1;
            bytes[3] &= 15;
            if (FrameHeader.TryParse(bytes, Limits.FrameBodyBytesMax, out var header))
            {
                accepted++;
                Assert.InRange(header.BodyBytes, 0, Limits.FrameBodyBytesMax);
                Assert.True(Enum.IsDefined(header.Type));
            }
        }

        Assert.InRange(accepted, 1_000, 50_000);
    }
}
