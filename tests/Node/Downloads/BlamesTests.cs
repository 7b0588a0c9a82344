using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

public sealed class BlamesTests
{
    private static readonly SourceId Liar = SourceId.Of(new FriendId(1));
    private static readonly SourceId Rotten = SourceId.Of(new FriendId(2));
    private readonly Blames _blames = new();

    [Fact]
    public void WhoSendsManyWrongAtOnceHidesNobody()
    {
        for (var file = 0; file < 500; file++)
            Wrong(1, new(file, 0), Liar);
        Wrong(2, new(3, 0), Rotten);
        var named = _blames.All;
        Assert.Equal(Rotten, named[^1].Source);
        Assert.InRange(named.Count(one => one.Source == Liar), 1, 10);
    }

    [Fact]
    public void TheRightRunShowsTheLeafOfEachThatIsNotKnown()
    {
        var right = Leaves();
        Wrong(1, new(0, 2), Liar, at: 5);
        Wrong(2, new(0, 2), Rotten, at: 7);
        _blames.Note(new LinkId(2), new Slice(0, 2), leaf: 900);
        Wrong(3, new(1, 2), Rotten, at: 9);
        _blames.Right(new(0, 2), right);
        Assert.Equal([(2 * 64) + 5, 900, null], _blames.All.Select(one => one.Leaf));
    }

    [Fact]
    public void NobodyIsNamedBeforeTheEngineSaysWhoItWas()
    {
        _blames.Note(new LinkId(1), new Slice(0, 0), Leaves());
        Assert.Empty(_blames.All);
        _blames.Note(new LinkId(1), new Slice(0, 0), Liar, "a");
        Assert.Equal(new Blamed(Liar, "a", null), Assert.Single(_blames.All));
    }

    private void Wrong(int link, Slice slice, SourceId source, int at = 0)
    {
        var leaves = Leaves();
        leaves[at] = default;
        _blames.Note(new LinkId(link), slice, leaves);
        _blames.Note(new LinkId(link), slice, source, "a");
    }

    private static Hash256[] Leaves() =>
        [.. Enumerable.Range(1, 64).Select(i => new Hash256([.. Enumerable.Repeat((byte)i, 32)]))];
}
