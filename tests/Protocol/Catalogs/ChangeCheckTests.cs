using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class ChangeCheckTests
{
    [Theory]
    [InlineData(1, 30)]
    [InlineData(2, 200)]
    [InlineData(3, 3_000)]
    public void AgreesWithWhatFollowsTheSteps(int seed, int entries)
    {
        var random = new Random(seed);
        var pool = Sample.Entries(seed, entries);
        var states = new List<EntrySet> { EntrySet.Of(pool.Take(entries / 2)) };
        for (var round = 0; round < 12; round++)
        {
            states.Add(states[^1].With(Steps(random, pool)));
            var (from, to) = (states[random.Next(round + 1)], states[^1]);
            Check(from, to, to.Whole.ToArray());
            Check(from, to, to.DeltaFrom(from));
            byte[] chain = [.. states[^2].DeltaFrom(from), .. to.DeltaFrom(states[^2])];
            Check(from, to, chain);
        }
    }

    [Fact]
    public void WholeTreesGoWithWhatCameUnderThem()
    {
        var before = EntrySet.Of(Sample.Entries(1, 300));
        DeltaStep[] steps =
        [
            DeltaStep.Upsert(Sample.Entry(new Random(1), "Music/new")),
            DeltaStep.Upsert(Sample.Entry(new Random(1), "Music")) with
            {
                Path = Sample.Path("Musical/kept"),
            },
        ];
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var after = EntrySet.Of([steps[1].Entry]);
        using var writer = new DeltaWriter(
            output,
            new(before.Head.Root, after.Head),
            DeltaForm.Tags
        );
        writer.Add(steps[0]);
        writer.Add(steps[1]);
        writer.Flush();
        writer.Add(DeltaStep.RemoveTree(Sample.Path("Music")));
        writer.Finish();
        Check(before, after, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void NoAlteredDeltaIsRight()
    {
        var before = EntrySet.Of(Sample.Entries(1, 60));
        var after = before.With(Sample.Entries(2, 9, "More").Select(DeltaStep.Upsert));
        var good = after.DeltaFrom(before);
        for (var at = 0; at < good.Length; at++)
        {
            var bad = good.ToArray();
            bad[at] ^= (byte)(1 << (at % 8));
            var check = new ChangeCheck(before, after.Head);
            // Bits that Brotli does not read may flip: then nothing was tampered with.
            if (check.Read(bad) == CheckOutcome.Right)
                Assert.NotNull(before.Apply(bad, after.Head));
            Assert.Equal(CheckOutcome.CutOff, Outcome(before, after, good[..at]));
        }
    }

    [Fact]
    public void WhatIsTooMuchIsNotTaken()
    {
        var set = EntrySet.Of(Sample.Entries(1, 100));
        Assert.Equal(
            CheckOutcome.TooLarge,
            new ChangeCheck(EntrySet.Empty, set.Head, entriesMax: 99).Read(set.Whole)
        );
        var encoded = set.Entries.Sum(e => (long)e.Encode(new byte[5_000]));
        foreach (
            var (most, outcome) in new[]
            {
                (encoded, CheckOutcome.Right),
                (encoded - 1, CheckOutcome.TooLarge),
            }
        )
            Assert.Equal(
                outcome,
                new ChangeCheck(EntrySet.Empty, set.Head, encodedMax: most).Read(set.Whole)
            );
        var chain = set.DeltaFrom(set);
        byte[] endless =
        [
            .. Enumerable.Repeat(chain, 20).SelectMany(c => c),
            .. set.DeltaFrom(set),
        ];
        var other = set.With([DeltaStep.Remove(set.Entries[0].Path)]);
        Assert.Equal(CheckOutcome.Wrong, Outcome(set, other, endless));
    }

    [Fact]
    public void StepsThatCostUsMoreThanTheSenderEnd()
    {
        var held = EntrySet.Of(Sample.Entries(1, 500));
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, new(held.Head.Root, default), DeltaForm.Tags);
        for (var i = 0; i < 40; i++)
        {
            writer.Add(DeltaStep.RemoveTree(Sample.Path("Music")));
            writer.Flush();
        }

        writer.Finish();
        Assert.Equal(
            CheckOutcome.Wrong,
            Outcome(held, EntrySet.Empty, output.WrittenSpan.ToArray())
        );
    }

    private static IEnumerable<DeltaStep> Steps(Random random, List<CatalogEntry> pool)
    {
        if (random.Next(4) == 0)
            yield return DeltaStep.RemoveTree(Sample.Path("Music/River Blue"));
        for (var i = random.Next(1, 40); i > 0; i--)
        {
            var entry = pool[random.Next(pool.Count)] with { Modified = random.Next(9) };
            yield return random.Next(3) == 0
                ? DeltaStep.Remove(entry.Path)
                : DeltaStep.Upsert(entry);
        }
    }

    private static CheckOutcome Outcome(EntrySet from, EntrySet to, byte[] deltas) =>
        new ChangeCheck(from, to.Head).Read(deltas);

    // Right, and what it says to write makes the one out of the other.
    private static void Check(EntrySet from, EntrySet to, byte[] deltas)
    {
        Assert.Equal(to.Head, from.Apply(deltas, to.Head)?.Head);
        var check = new ChangeCheck(from, to.Head);
        Assert.Equal(CheckOutcome.Right, check.Read(deltas));
        Assert.Equal((to.Head, to.Head.Root), (check.Head, check.Tree.Root));
        var kept = check.IsFromNothing
            ? from.Entries.Where(e => check.Has(CatalogEntry.KeyOf(e.Path.Utf8)))
            : from.Entries.Where(e => !check.Removed.Contains(e.Path));
        var written = EntrySet.Of(kept).With(check.Upserts.Select(DeltaStep.Upsert));
        Assert.Equal(to.Head, written.Head);
    }
}
