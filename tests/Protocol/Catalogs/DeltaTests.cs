using System.IO.Compression;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class DeltaTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(int.MaxValue)]
    public void WhatIsWrittenIsRead(int piece)
    {
        var entries = Sample.Entries(5, 3_000);
        var (status, steps, header) = Sample.Read(Sample.Full(entries), piece);
        Assert.Equal(DeltaStatus.End, status);
        Assert.Equal(new DeltaHeader(default, Sample.Head(entries)), header);
        Assert.Equal(entries.ToHashSet(), steps.Select(s => s.Entry).ToHashSet());
    }

    [Fact]
    public void RemovalsKeepTheirKind()
    {
        var from = new Hash256(
            new byte[32]
                .Select(_ => (byte)7)
                .ToArray()
        );
        DeltaStep[] steps =
        [
            DeltaStep.RemoveTree(Sample.Path("Music")),
            DeltaStep.Upsert(Sample.Entries(1, 1)[0]),
            DeltaStep.Remove(Sample.Path("Music/z")),
        ];
        var (status, read, header) = Sample.Read(Sample.Delta(from, default, steps));
        Assert.Equal((DeltaStatus.End, from), (status, header.From));
        Assert.Equal(steps, read);
    }

    [Fact]
    public void TheLastStepForAPathWins()
    {
        var entry = Sample.Entries(1, 1)[0];
        DeltaStep[] steps = [DeltaStep.Remove(entry.Path), DeltaStep.Upsert(entry)];
        Assert.Equal(
            [DeltaStep.Upsert(entry)],
            Sample.Read(Sample.Delta(default, default, steps)).Steps
        );
    }

    [Fact]
    public void CutShortOrLongerIsNoDelta()
    {
        var bytes = Sample.Full(Sample.Entries(5, 40));
        for (var cut = 0; cut < bytes.Length; cut++)
            Assert.NotEqual(DeltaStatus.End, Sample.Read(bytes[..cut]).Last);
        Assert.Equal(DeltaStatus.Malformed, Sample.Read([.. bytes, 0]).Last);
        Assert.Equal(DeltaStatus.Malformed, Sample.Read([.. bytes, 0], 1).Last);
    }

    [Fact]
    public void AnyBytesAreReadWithoutThrowing()
    {
        var random = new Random(11);
        var plain = Plain(Sample.Full(Sample.Entries(5, 60)));
        for (var round = 0; round < 4_000; round++)
        {
            var hostile = plain.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
            var packed = Pack(hostile);
            if (round % 4 == 0)
                packed[random.Next(packed.Length)] ^= (byte)(1 << random.Next(8));
            foreach (var step in Sample.Read(packed, random.Next(1, 400)).Steps)
                Assert.True(CatalogPath.IsValid(step.Path.Utf8));
        }
    }

    // Each stands after a good header: count, then shared, 4 × rest + kind, rest, content.
    [Theory]
    [InlineData("8108 00", "a batch over its limit")]
    [InlineData("8100", "a long form of a count")]
    [InlineData("01 00 00", "an empty path")]
    [InlineData("01 01 05 61", "shares with nothing")]
    [InlineData("01 00 07 61 00", "an unknown kind")]
    [InlineData("02 00 05 61 00 05 61 00", "the same path twice")]
    [InlineData("02 00 05 62 00 05 61 00", "descending paths")]
    [InlineData("02 00 05 61 00 09 6162 00", "shares less than it could")]
    [InlineData("01 00 05 2E 00", "a path of one dot")]
    [InlineData("01 00 05 FF 00", "no UTF-8")]
    [InlineData("01 00 04 61 00 00 00", "an upsert outside a share")]
    [InlineData("01 00 0C 612F62 8000 00 00", "a long form of a length")]
    [InlineData("01 00 0C 612F62 00 FFFFFFFFFFFF7F 00", "a time out of range")]
    [InlineData(
        "01 00 0C 612F62 01 00 0000000000000000000000000000000000000000000000000000000000000000 00",
        "a zero root of a byte"
    )]
    [InlineData("01 00 81808080808080808001 61 00", "a number over 63 bits")]
    [InlineData("01 00 85808004 61 00", "a path over its limit")]
    [InlineData("00 00", "bytes after the end")]
    public void BadStepsAreRefused(string hex, string why)
    {
        var steps = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var bytes = Pack([.. Plain(Sample.Full([]))[..^1], .. steps]);
        Assert.True(DeltaStatus.Malformed == Sample.Read(bytes).Last, why);
    }

    [Fact]
    public void GoodStepsBesideThemAreTaken()
    {
        byte[] good = [.. Plain(Sample.Full([]))[..^1], 2, 0, 5, 0x61, 1, 5, 0x62, 0];
        Assert.Equal(DeltaStatus.End, Sample.Read(Pack(good)).Last);
        byte[] entry = [.. Plain(Sample.Full([]))[..^1], 1, 0, 12, 0x61, 0x2F, 0x62, 0, 0, 0];
        Assert.Equal(DeltaStatus.End, Sample.Read(Pack(entry)).Last);
    }

    [Fact]
    public void ABombEndsAtTheCap()
    {
        var plain = Plain(Sample.Full(Sample.Entries(5, 20_000)));
        Assert.Equal(DeltaStatus.End, Sample.Read(Pack(plain), 1000, plain.Length).Last);
        Assert.Equal(DeltaStatus.Malformed, Sample.Read(Pack(plain), 1000, plain.Length - 1).Last);
        var bomb = Pack(new byte[256 << 20]);
        Assert.InRange(bomb.Length, 1, 64 * 1024);
        Assert.Equal(DeltaStatus.Malformed, Sample.Read(bomb).Last);
    }

    [Fact]
    public void OneChangeCostsLittle()
    {
        var entry = Sample.Entries(5, 1)[0];
        var bytes = Sample.Delta(Sample.Head([entry]).Root, default, [DeltaStep.Upsert(entry)]);
        Assert.InRange(bytes.Length, 50, 200);
    }

    private static byte[] Plain(byte[] packed)
    {
        using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        brotli.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            brotli.Write(plain);
        return packed.ToArray();
    }
}
