using System.IO.Compression;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class EntrySetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(700)]
    public void AWholeLeadsThereFromAnywhere(int entries)
    {
        var list = Sample.Entries(1, entries);
        var set = EntrySet.Of(list);
        Assert.Equal(Sample.Head(list), set.Head);
        Assert.Equal(set.Head.Root, set.Tree().Root);
        foreach (
            var before in (EntrySet[])[EntrySet.Empty, EntrySet.Of(Sample.Entries(2, 30)), set]
        )
            Assert.Equal(list.ToHashSet(), before.Apply(set.Whole, set.Head)!.Entries.ToHashSet());
    }

    [Fact]
    public void ChangesFollowOneAnother()
    {
        var first = EntrySet.Of(Sample.Entries(1, 300));
        var second = first.With([DeltaStep.RemoveTree(Sample.Path("Music/River Blue"))]);
        var third = second.With(Sample.Entries(3, 20, "Other").Select(DeltaStep.Upsert));
        Assert.InRange(second.Entries.Length, 1, 299);
        byte[] chain = [.. second.DeltaFrom(first), .. third.DeltaFrom(second)];
        Assert.Equal(third.Head, first.Apply(chain, third.Head)!.Head);
        Assert.Null(second.Apply(chain, third.Head));
        Assert.Null(first.Apply(chain, second.Head));
        Assert.Null(first.Apply(chain, third.Head with { Bytes = 1 }));
        Assert.Null(first.Apply(chain.AsMemory(0, chain.Length - 1), third.Head));
        chain[^20] ^= 4;
        Assert.NotEqual(third.Head, first.Apply(chain, third.Head)?.Head);
    }

    [Fact]
    public void AnyBytesAreReadWithoutThrowing()
    {
        var random = new Random(3);
        var set = EntrySet.Of(Sample.Entries(1, 60));
        var plain = Plain(set.Whole.ToArray());
        for (var round = 0; round < 2_000; round++)
        {
            var hostile = plain.ToArray();
            hostile[random.Next(hostile.Length)] ^= (byte)random.Next(1, 256);
            Assert.Null(EntrySet.Empty.Apply(Pack(hostile), set.Head));
        }
    }

    [Fact]
    public void OneChangeOfTagsCostsWhatChanged()
    {
        var before = EntrySet.Of(Sample.Entries(1, 200));
        var change = before.Entries[100] with { Content = Sample.Content(new Random(1), 77) };
        var after = before.With([DeltaStep.Upsert(change)]);
        Assert.InRange(after.DeltaFrom(before).Length, 60, 130);
        Assert.InRange(EntrySet.Empty.Whole.Length, 8, 24);
    }

    [Fact]
    public void FormsAreNotMistakenForEachOther()
    {
        var set = EntrySet.Of(Sample.Entries(1, 10));
        Assert.Equal(DeltaStatus.Malformed, Sample.Read(set.Whole.ToArray()).Last);
        Assert.Null(EntrySet.Empty.Apply(Sample.Full([.. set.Entries]), set.Head));
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
