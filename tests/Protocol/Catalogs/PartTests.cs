using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class PartTests : IDisposable
{
    private const uint Even = 0x5555;
    private const uint Odd = 0xAAAA;
    private readonly ArrayBufferWriter<byte> _output = new();
    private Gathering? _gathering;

    public void Dispose() => _gathering?.Dispose();

    [Theory]
    [InlineData(600, 0)]
    [InlineData(9_000, 0xFFFF)]
    public void SharesOfTwoMakeTheWhole(int entries, uint split)
    {
        var set = EntrySet.Of(Sample.Entries(1, entries));
        var gathering = Begin(set, EntrySet.Empty);
        Assert.Empty(gathering.Ask(Odd).HaveLeaves);
        var (one, other) = (Answer(set, Even), Answer(set, Odd));
        Assert.Equal(split & Even, one.Nodes.Split);
        Assert.Equal(CheckOutcome.Right, Read(Odd, other));
        Assert.Equal(Even, gathering.Left);
        Assert.Equal(CheckOutcome.Right, Read(Even, one));
        Assert.Equal(set.Head, Finish(set, EntrySet.Empty));
        // A single share is in order, as the whole is: hardly more bytes.
        var all = Answer(set, PartNodes.All);
        Assert.InRange(all.Delta.Length, 1, set.Whole.Length * 1.001);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(20_000)]
    public void AnAlteredPartIsNotTakenAndTheOthersAre(int entries)
    {
        var set = EntrySet.Of(Sample.Entries(1, entries));
        var altered = set.Entries[entries / 2];
        var group = 1u << (PartAnswer.First(altered.Path) / 16);
        var liar = set.With([DeltaStep.Upsert(altered with { Modified = 1 })]);
        var gathering = Begin(set, EntrySet.Empty);
        var lie = Answer(set, PartNodes.All, liar);
        Assert.Equal(CheckOutcome.Wrong, Read(PartNodes.All, lie));
        Assert.Equal(group, gathering.Left);
        // Another one gives what is missing, and nothing else.
        var rest = Answer(set, PartNodes.All);
        Assert.InRange(rest.Delta.Length, 1, set.Whole.Length / (entries > 8192 ? 100 : 10));
        var again = Answer(set, group);
        Assert.Equal(rest.Delta, again.Delta);
        Assert.Equal(CheckOutcome.Right, Read(PartNodes.All, rest));
        Assert.Equal(set.Head, Finish(set, EntrySet.Empty));
    }

    [Theory]
    [InlineData(2_000, 8)]
    [InlineData(20_000, 100)]
    public void OnlyWhatDiffersTravels(int entries, int least)
    {
        var old = EntrySet.Of(Sample.Entries(1, entries));
        var set = old.With([
            DeltaStep.Upsert(old.Entries[7] with { Modified = 1 }),
            DeltaStep.Remove(old.Entries[^1].Path),
        ]);
        Begin(set, old);
        var answer = Answer(set, PartNodes.All);
        Assert.InRange(answer.Delta.Length, 1, set.Whole.Length / (least / 2));
        Assert.Equal(CheckOutcome.Right, Read(PartNodes.All, answer));
        Assert.Equal(set.Head, Finish(set, old));
        // As small as what changed: it may be told on with its head.
        Assert.InRange(_output.WrittenCount, 1, 200);
    }

    [Fact]
    public void WhatWasLostComesAndTheRestStays()
    {
        var set = EntrySet.Of(Sample.Entries(1, 20_000));
        var damaged = set.With(set.Entries.Take(5).Select(e => DeltaStep.Remove(e.Path)));
        Begin(set, damaged, isFromNothing: true);
        var answer = Answer(set, PartNodes.All);
        Assert.InRange(answer.Delta.Length, 1, set.Whole.Length * 5 / 200);
        Assert.Equal(CheckOutcome.Right, Read(PartNodes.All, answer));
        Assert.Equal(set.Head, Finish(set, EntrySet.Empty));
    }

    [Fact]
    public void OtherEntriesThanAreDueAreWrong()
    {
        var set = EntrySet.Of(Sample.Entries(1, 600));
        Begin(set, EntrySet.Empty);
        var (all, some) = (Answer(set, PartNodes.All), Answer(set, Even));
        Assert.Equal(CheckOutcome.Wrong, Read(Even, all));
        Assert.Equal(CheckOutcome.Wrong, Read(Odd, some));
        var fewer = EntrySet.Of(set.Entries.Skip(1));
        Assert.Equal(CheckOutcome.Wrong, Read(Odd, (all.Nodes, fewer.Whole.ToArray())));
        Assert.Equal(CheckOutcome.CutOff, Read(PartNodes.All, (all.Nodes, all.Delta[..^5])));
        Assert.Equal(CheckOutcome.CutOff, Read(PartNodes.All, (all.Nodes, [])));
        Assert.Equal(CheckOutcome.Wrong, Read(PartNodes.All, (new CircleAnswer(), all.Delta)));
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
            var changed = ByteString.CopyFrom(bytes);
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
        Begin(set, EntrySet.Empty);
        var (nodes, good) = (PartNodes.Of(set.Tree(), set.Head), Answer(set, PartNodes.All));
        var due = PartNodes.TryFold(set.Head, nodes)!.Differing(PartNodes.All, _ => false);
        var entries = set.Entries.ToHashSet();
        for (var at = 0; at < good.Delta.Length; at += 7)
        {
            var bad = good.Delta.ToArray();
            bad[at] ^= (byte)(1 << (at % 8));
            var right = new List<RightPart>();
            var read = PartAnswer.Read(set.Head, due, Steps(bad), right);
            var outcome = ChangeCheck.Read(read);
            Assert.True(right.SelectMany(part => part.Entries).All(entries.Contains));
            Assert.True(outcome != CheckOutcome.Right || right.Count == due.Count);
        }
    }

    private Gathering Begin(EntrySet set, EntrySet held, bool isFromNothing = false) =>
        _gathering = new(
            set.Head,
            held.Tree(),
            isFromNothing ? default : held.Head.Root,
            held.EntriesOf,
            _output
        );

    private (CircleAnswer Nodes, byte[] Delta) Answer(
        EntrySet set,
        uint groups,
        EntrySet? liar = null
    )
    {
        var output = new ArrayBufferWriter<byte>();
        var request = _gathering!.Ask(groups);
        var source = (liar ?? set).EntriesOf;
        var nodes = PartAnswer.Write(set.Tree(), set.Head, request, source, output);
        return (nodes, output.WrittenSpan.ToArray());
    }

    private CheckOutcome Read(uint groups, (CircleAnswer Nodes, byte[] Delta) answer) =>
        ChangeCheck.Read(_gathering!.Read(groups, answer.Nodes, Steps(answer.Delta)));

    private CatalogHead? Finish(EntrySet set, EntrySet from)
    {
        Assert.Equal(0u, _gathering!.Left);
        _gathering.Finish();
        return from.Apply(_output.WrittenMemory, set.Head)?.Head;
    }

    private static DeltaSteps Steps(ReadOnlyMemory<byte> bytes) => ChangeCheck.StepsOf(bytes);
}
