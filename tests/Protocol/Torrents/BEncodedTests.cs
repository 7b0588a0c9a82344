using System.Text;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Torrents;
using Xunit;

namespace FriendNet.Tests.Protocol.Torrents;

/// <summary>Laws of bencode: one value, one encoding.</summary>
public sealed class BEncodedTests
{
    [Theory]
    [InlineData("i0e")]
    [InlineData("i-1e")]
    [InlineData("i9223372036854775807e")]
    [InlineData("i-9223372036854775808e")]
    [InlineData("0:")]
    [InlineData("10:0123456789")]
    [InlineData("le")]
    [InlineData("li1e1:adee")]
    [InlineData("de")]
    [InlineData("d0:i1e1:ai2e2:aali3ee1:bdee")]
    public void WhatIsReadIsWrittenAgain(string text) => Assert.True(RoundTrips(Of(text)));

    [Theory]
    [InlineData("")]
    [InlineData("i-0e")]
    [InlineData("i00e")]
    [InlineData("i01e")]
    [InlineData("i-01e")]
    [InlineData("i+1e")]
    [InlineData("i 1e")]
    [InlineData("i1.0e")]
    [InlineData("ie")]
    [InlineData("i-e")]
    [InlineData("i1")]
    [InlineData("i9223372036854775808e")]
    [InlineData("i-9223372036854775809e")]
    [InlineData("i00000000000000000000000000001e")]
    [InlineData("01:a")]
    [InlineData("00:")]
    [InlineData("-1:a")]
    [InlineData("+1:a")]
    [InlineData(":")]
    [InlineData("1")]
    [InlineData("2:a")]
    [InlineData("4294967297:a")]
    [InlineData("99999999999999999999:a")]
    [InlineData("l")]
    [InlineData("li1e")]
    [InlineData("e")]
    [InlineData("d")]
    [InlineData("d1:a")]
    [InlineData("d1:ae")]
    [InlineData("di1ei2ee")]
    [InlineData("dlei1ee")]
    [InlineData("d1:bi1e1:ai2ee")]
    [InlineData("d1:ai1e1:ai2ee")]
    [InlineData("d2:aai1e1:ai2ee")]
    [InlineData("i1ei2e")]
    [InlineData("i1e ")]
    [InlineData("x")]
    public void WhatIsNotTheOneEncodingIsRefused(string text) =>
        Assert.False(BEncodedReader.TryRead(Of(text), out _));

    [Fact]
    public void MadeValuesAreReadAsTheyWere()
    {
        var random = new Random(52);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = Some(random, 4).Encode();
            Assert.True(RoundTrips(bytes), Encoding.Latin1.GetString(bytes));
        }
    }

    [Fact]
    public void DictionariesAreOrderedByBytesAndFoundByThem()
    {
        var made = new BEncodedDictionary([
            (new(Of("b")), new BEncodedNumber(2)),
            (new(new byte[] { 0xFF }), new BEncodedNumber(4)),
            (new(Of("")), new BEncodedNumber(0)),
            (new(Of("ba")), new BEncodedNumber(3)),
            (new(Of("B")), new BEncodedNumber(1)),
        ]);
        Assert.Equal([0, 1, 2, 3, 4], made.Entries.Select(e => ((BEncodedNumber)e.Value).Number));
        Assert.True(made.TryGet("ba"u8, out BEncodedNumber? found) && found.Number == 3);
        Assert.False(made.TryGet("ba"u8, out BEncodedString? _));
        Assert.False(made.TryGet("bb"u8, out BEncodedNumber? _));
        BEncodedValue one = new BEncodedNumber(1);
        Assert.Throws<ArgumentException>(() =>
            new BEncodedDictionary([(new(Of("a")), one), (new(Of("a")), one)])
        );
    }

    [Fact]
    public void DepthAndCountAreBounded()
    {
        Assert.True(BEncodedReader.TryRead(Nested(Limits.BEncodedDepthMax), out _));
        Assert.False(BEncodedReader.TryRead(Nested(Limits.BEncodedDepthMax + 1), out _));
        Assert.False(BEncodedReader.TryRead(Nested(5_000_000), out _));
        Assert.True(BEncodedReader.TryRead(Many(Limits.BEncodedValuesMax - 1), out _));
        Assert.False(BEncodedReader.TryRead(Many(Limits.BEncodedValuesMax), out _));
        Assert.False(BEncodedReader.TryRead(new byte[Limits.TorrentBytesMax + 1], out _));

        static byte[] Nested(int depth) => Of(new string('l', depth) + new string('e', depth));
        static byte[] Many(int count) => Of($"l{string.Concat(Enumerable.Repeat("0:", count))}e");
    }

    [Fact]
    public void WhatIsManyTakesBoundedMemory()
    {
        var dear = "d0:dee"u8.ToArray();
        var bytes = Enumerable.Repeat(dear, Limits.TorrentBytesMax / dear.Length);
        byte[] hostile = [(byte)'l', .. bytes.SelectMany(one => one), (byte)'e'];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(BEncodedReader.TryRead(hostile, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256_000_000);
    }

    [Fact]
    public void NothingIsAllocatedAheadOfBytes()
    {
        var claims = Of("l2000000000:ad1900000000:x");
        BEncodedReader.TryRead(claims, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(BEncodedReader.TryRead(claims, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    /// <summary>No exception, whatever the bytes; what is accepted is the one encoding.</summary>
    internal static bool RoundTrips(byte[] bytes)
    {
        if (!BEncodedReader.TryRead(bytes, out var value))
            return false;
        Assert.Equal(bytes, value.Encode());
        return true;
    }

    private static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    private static BEncodedValue Some(Random random, int depth) =>
        random.Next(depth > 0 ? 4 : 2) switch
        {
            0 => new BEncodedNumber(random.NextInt64(long.MinValue, long.MaxValue)),
            1 => SomeString(random),
            2 => new BEncodedList([.. Enumerable.Range(0, 3).Select(_ => Some(random, depth - 1))]),
            _ => new BEncodedDictionary(
                Enumerable
                    .Range(0, random.Next(5))
                    .Select(_ => (SomeString(random), Some(random, depth - 1)))
                    .DistinctBy(entry => Convert.ToHexString(entry.Item1.Bytes))
            ),
        };

    private static BEncodedString SomeString(Random random)
    {
        var bytes = new byte[random.Next(random.Next(40) + 1)];
        random.NextBytes(bytes);
        return new(bytes);
    }
}
