using FriendNet.Node.Blocks;
using FriendNet.Node.Paths;
using FriendNet.Protocol.Bounds;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

public sealed class RingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhateverFitsTheWindowFitsAndComesOutInOrder(int seed)
    {
        var random = new Random(seed);
        var ring = new Ring(new BlockPool(1));
        var given = new Queue<(int At, int Count)>();
        var (written, read) = (0L, 0L);
        for (var step = 0; step < 100_000; step++)
        {
            var bytes = random.Next(4) == 0 ? Limits.FrameBodyBytesMax : random.Next(1, 65_537);
            if (random.Next(2) == 0 && ring.Used + bytes <= Limits.PathWindowBytes)
            {
                var space = ring.Space(bytes);
                Assert.Equal(bytes, space.Length);
                space[0] = 1;
                space[^1] = 2;
                ring.Commit(bytes);
                written += bytes;
            }
            else if (
                random.Next(2) == 0
                && ring.TryNext(1 << random.Next(1, 20), out var at, out var count)
            )
            {
                given.Enqueue((at, count));
                Assert.InRange(at + count, 1, Block.Bytes);
            }
            else if (given.TryDequeue(out var first))
            {
                read += first.Count;
                ring.Consume(first.Count);
                Assert.Equal(written - read, ring.Used);
            }
        }

        Assert.True(written > 1L << 30);
    }

    [Fact]
    public void BytesAreTheSame()
    {
        var random = new Random(4);
        var ring = new Ring(new BlockPool(1));
        var expected = new Queue<byte>();
        for (var step = 0; step < 2_000; step++)
        {
            var bytes = random.Next(1, 65_537);
            if (ring.Used + bytes <= Limits.PathWindowBytes)
            {
                random.NextBytes(ring.Space(bytes));
                foreach (var value in ring.Last(bytes))
                {
                    expected.Enqueue(value);
                }

                ring.Commit(bytes);
            }

            while (random.Next(3) > 0 && ring.TryNext(40_000, out var at, out var count))
            {
                foreach (var value in ring.Block!.Span.Slice(at, count))
                {
                    Assert.Equal(expected.Dequeue(), value);
                }

                ring.Consume(count);
            }
        }
    }

    [Fact]
    public void MoreThanABlockIsRefused()
    {
        var ring = new Ring(new BlockPool(1));
        for (var i = 0; i < Block.Bytes / Limits.FrameBodyBytesMax; i++)
        {
            Assert.False(ring.Space(Limits.FrameBodyBytesMax).IsEmpty);
            ring.Commit(Limits.FrameBodyBytesMax);
        }

        Assert.True(ring.Space(1).IsEmpty);
    }

    [Fact]
    public void AnEmptyRingHoldsNoBlock()
    {
        var ring = new Ring(new BlockPool(1));
        ring.Space(10);
        ring.Commit(10);
        Assert.NotNull(ring.Block);
        ring.Consume(10);
        Assert.Null(ring.Block);
        ring.Space(10);
        ring.Drop();
        // Whoever fills it has not finished.
        Assert.NotNull(ring.Block);
        ring.Commit(10);
        Assert.Null(ring.Block);
        Assert.True(ring.Space(10).IsEmpty);
    }
}
