using System.Buffers;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class PartTests
{
    [Theory]
    [InlineData(600, 16)]
    [InlineData(9_000, 256)]
    public void AllPartsComeAndNoneTwice(int entries, int parts)
    {
        var set = EntrySet.Of(Sample.Entries(1, entries));
        var due = Nodes(set).Differing(EntrySet.Empty.Tree());
        Assert.Equal(parts, due.Count);
        Assert.Equal(due, Nodes(set).Differing(new byte[PartNodes.LeafTagsBytes], set.Tree()));
        var (status, read) = Read(due, set, Written(set, due), 1000);
        Assert.Equal((PartStatus.End, parts), (status, read.Count));
        Assert.Equal(set.Entries.ToHashSet(), read.SelectMany(e => e).ToHashSet());
        Assert.Empty(Nodes(set).Differing(set.Tree()));
    }

    [Fact]
    public void WhatWasVerifiedBeforeALieIsKeptAndAnotherGoesOn()
    {
        var set = EntrySet.Of(Sample.Entries(1, 20_000));
        var due = Nodes(set).Differing(EntrySet.Empty.Tree());
        var liar = set.With([
            DeltaStep.Upsert(Under(set, due[100].Prefix).First() with { Modified = 1 }),
        ]);
        var (status, read) = Read(due, set, Written(set, due, liar), 777);
        Assert.Equal((PartStatus.Wrong, 100), (status, read.Count));
        var kept = EntrySet.Of(read.SelectMany(e => e));
        var rest = Nodes(set).Differing(kept.Tree());
        Assert.Equal(due.Skip(100), rest);
        var tags = new byte[PartNodes.LeafTagsBytes];
        kept.Tree().LeafTags(tags);
        Assert.Equal(rest, Nodes(set).Differing(tags, set.Tree()));
        var more = Read(rest, set, Written(set, rest), 777);
        Assert.Equal(PartStatus.End, more.Last);
        Assert.Equal(
            set.Head,
            kept.With(more.Read.SelectMany(e => e).Select(DeltaStep.Upsert)).Head
        );
    }

    [Fact]
    public void LostEntriesCostTheirPartsOnly()
    {
        var set = EntrySet.Of(Sample.Entries(1, 20_000));
        var damaged = set.With(set.Entries.Take(5).Select(e => DeltaStep.Remove(e.Path)));
        var due = Nodes(set).Differing(damaged.Tree());
        Assert.InRange(due.Count, 1, 5);
        Assert.InRange(Written(set, due).Length, 1, set.Whole.Length * 5 / 200);
    }

    [Fact]
    public void OtherEntriesThanAreDueAreWrong()
    {
        var set = EntrySet.Of(Sample.Entries(1, 600));
        var due = Nodes(set).Differing(EntrySet.Empty.Tree());
        Part[] some = [.. due.Skip(1)];
        Assert.Equal(PartStatus.Wrong, Read(some, set, Written(set, due), 999).Last);
        Assert.Equal(PartStatus.Wrong, Read(due, set, Written(set, some), 999).Last);
        Assert.Equal(PartStatus.Wrong, Read(due, set, Written(set, [.. due.Reverse()]), 999).Last);
        Assert.Equal(
            PartStatus.Wrong,
            Read(due, set, EntrySet.Of(set.Entries.Skip(1)).Whole.ToArray(), 999).Last
        );
        Assert.Equal(PartStatus.NeedsInput, Read(due, set, Written(set, due)[..^5], 999).Last);
    }

    [Fact]
    public void NodesThatDoNotFoldAreRefused()
    {
        var set = EntrySet.Of(Sample.Entries(1, 9_000));
        var right = PartNodes.Of(set.Tree(), set.Head);
        Assert.Equal(
            (512, 0xFFFFu, 8_192),
            (right.Middle.Length, right.Split, right.Leaves.Length)
        );
        foreach (var at in (int[])[0, 511, 512, 8_703])
        {
            var wrong = right.Clone();
            var bytes = (at < 512 ? wrong.Middle : wrong.Leaves).ToByteArray();
            bytes[at < 512 ? at : at - 512] ^= 1;
            var changed = Google.Protobuf.ByteString.CopyFrom(bytes);
            (wrong.Middle, wrong.Leaves) =
                at < 512 ? (changed, wrong.Leaves) : (wrong.Middle, changed);
            Assert.Null(PartNodes.TryFold(set.Head, wrong));
        }

        var cut = right.Clone();
        cut.Split = 0x1FFFF;
        Assert.Null(PartNodes.TryFold(set.Head, cut));
        cut.Split = 0x7FFF;
        Assert.Null(PartNodes.TryFold(set.Head, cut));
        Assert.Null(PartNodes.TryFold(set.Head, new()));
        Assert.Null(PartNodes.TryFold(default, right));
    }

    [Fact]
    public void AlteredBytesAreNeverTaken()
    {
        var set = EntrySet.Of(Sample.Entries(1, 600));
        var due = Nodes(set).Differing(EntrySet.Empty.Tree());
        var good = Written(set, due);
        for (var at = 0; at < good.Length; at += 7)
        {
            var bad = good.ToArray();
            bad[at] ^= (byte)(1 << (at % 8));
            foreach (var entry in Read(due, set, bad, 500).Read.SelectMany(e => e))
                Assert.Contains(entry, set.Entries);
        }
    }

    private static PartNodes Nodes(EntrySet set) =>
        PartNodes.TryFold(set.Head, PartNodes.Of(set.Tree(), set.Head))!;

    private static IEnumerable<CatalogEntry> Under(EntrySet set, KeyPrefix prefix) =>
        set.Entries.Where(entry =>
            CatalogEntry.KeyOf(entry.Path.Utf8).First is var first
            && first >= prefix.First
            && first <= prefix.Last
        );

    private static byte[] Written(EntrySet set, IReadOnlyList<Part> due, EntrySet? from = null)
    {
        var output = new ArrayBufferWriter<byte>();
        PartReader.Write(output, set.Head, due, prefix => Under(from ?? set, prefix));
        return output.WrittenSpan.ToArray();
    }

    private static (PartStatus Last, List<IReadOnlyList<CatalogEntry>> Read) Read(
        IReadOnlyList<Part> due,
        EntrySet set,
        byte[] bytes,
        int piece
    )
    {
        using var reader = new PartReader(due, set.Head);
        var read = new List<IReadOnlyList<CatalogEntry>>();
        var status = PartStatus.NeedsInput;
        for (var at = 0; at < bytes.Length && status == PartStatus.NeedsInput; at += piece)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
            while (
                (status = reader.Read(ref input, out var part, out var entries)) == PartStatus.Part
            )
            {
                Assert.Equal(due[read.Count], part);
                read.Add(entries);
            }
        }

        return (status, read);
    }
}
