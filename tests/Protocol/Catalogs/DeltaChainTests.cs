using FriendNet.Protocol.Catalogs;
using FriendNet.Tests.Node.Circles;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class DeltaChainTests
{
    private static readonly List<CatalogEntry> Some = Sample.Entries(1, 10);
    private static readonly CatalogEntry New = Sample.Entry(new Random(1), "New/one.txt");
    private static readonly byte[] Adds = Piece(DeltaStep.Upsert(New));

    [Fact]
    public void WhatStaysIsTold()
    {
        Assert.True(Leads([]));
        Assert.True(Leads([Adds]));
        var other = DeltaStep.Upsert(New with { Path = Sample.Path("New/two.txt") });
        var gone = DeltaStep.Remove(Some[0].Path);
        // What the asker holds may go, before and after.
        Assert.True(Leads([Piece(gone), Adds, Piece(gone), Piece(other)]));
        Assert.True(Leads([Adds, Piece(DeltaStep.RemoveTree(Sample.Path("Music")))]));
    }

    [Fact]
    public void WhatCameAndWentIsNotTold()
    {
        DeltaStep[] ends =
        [
            DeltaStep.Remove(New.Path),
            DeltaStep.RemoveTree(Sample.Path("New")),
            DeltaStep.Upsert(New with { Modified = 5 }),
        ];
        foreach (var end in ends)
        {
            Assert.False(Leads([Adds, Piece(end)]), $"{end.Kind}");
            var between = Piece(DeltaStep.Remove(Some[0].Path));
            Assert.False(Leads([between, Adds, between, Piece(end)]));
            // Who knew it hears that it is gone.
            Assert.True(Leads([Piece(end)]));
        }
    }

    [Fact]
    public void WhatIsNoDeltaIsNotTold()
    {
        for (var cut = 0; cut < Adds.Length; cut++)
            Assert.False(Leads([Adds[..cut]]));
        Assert.False(Leads([new byte[100]]));
    }

    [Fact]
    public void WhatTakesLongToLookAtIsNotTold()
    {
        var many = Publisher.Whole([.. Sample.Entries(2, 2_000).OrderBy(entry => entry.Path)]);
        var trees = Publisher.Delta(
            Some,
            Some,
            Enumerable.Range(0, 60).Select(i => DeltaStep.RemoveTree(Sample.Path($"No/{i:D2}")))
        );
        Assert.False(Leads([many, trees]));
    }

    [Fact]
    public void WhatDoesNotJoinIsNotTold()
    {
        List<CatalogEntry> more = [.. Some, New];
        var less = more[1..];
        var adds = Publisher.Delta(Some, more, DeltaStep.Upsert(New));
        var removes = Publisher.Delta(more, less, DeltaStep.Remove(Some[0].Path));
        var (start, end) = (Sample.NaiveRoot(Some).Tag, Sample.NaiveRoot(less).Tag);
        Assert.True(DeltaChain.Leads([adds, removes], new(start, end)));
        Assert.False(DeltaChain.Leads([adds], new(start, end)));
        Assert.False(DeltaChain.Leads([removes], new(start, end)));
        Assert.False(DeltaChain.Leads([adds, adds, removes], new(start, end)));
        Assert.False(DeltaChain.Leads([removes, adds], new(start, end)));
    }

    private static bool Leads(IEnumerable<byte[]> chain) =>
        DeltaChain.Leads(chain, new(Sample.NaiveRoot(Some).Tag, Sample.NaiveRoot(Some).Tag));

    private static byte[] Piece(params IEnumerable<DeltaStep> steps) =>
        Publisher.Delta(Some, Some, steps);
}
