using FriendNet.Node.Api;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Paths;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Running;

/// <summary>
/// One share for each subset of {friend, group, friends, circle}, and four who look: view, circle,
/// content and view-as agree, and nothing tells of what is hidden.
/// </summary>
public sealed class AudienceTests : IDisposable
{
    private const int All = 16;
    private readonly AudienceFixture _fixture = new();

    public static TheoryData<string> Viewers => ["named", "member", "other", "circle"];

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Viewers))]
    public async Task ViewCircleContentAndViewAsAgree(string viewer)
    {
        await _fixture.ShareAllSubsets();
        var friend = _fixture.Friend(viewer);
        var seen = Subsets(bits => IsFor(bits, viewer));
        var circle = Subsets(bits => (bits & 2) != 0);
        var own = friend is null ? [] : Subsets(bits => IsFor(bits, viewer) && (bits & 2) == 0);

        Assert.Equal(circle, Shares(_fixture.Views.List(Views.Circle)));
        if (friend is { } one)
        {
            Assert.Equal(own, Shares(_fixture.Views.List(one)));
        }

        Assert.Equal(seen, Subsets(bits => _fixture.Serves(friend, bits)));
        var viewAs = new ViewAs(_fixture.Views, _fixture.Self, "Alice");
        var known = friend is null ? null : _fixture.Store.Find(friend.Value);
        Assert.Equal(
            seen,
            viewAs.List(known, "").Select(entry => entry.Name).Order(StringComparer.Ordinal)
        );
        foreach (var name in Subsets(_ => true).Except(seen))
        {
            var hidden = Assert.Throws<FailureException>(() => viewAs.List(known, name));
            var unknown = Assert.Throws<FailureException>(() => viewAs.List(known, "nowhere"));
            Assert.Equal(
                unknown.Message,
                hidden.Message.Replace(name, "nowhere", StringComparison.Ordinal)
            );
        }

        foreach (var name in seen)
        {
            Assert.Single(viewAs.List(known, name));
        }
    }

    [Theory]
    [MemberData(nameof(Viewers))]
    public async Task HeadsAreThoseOfANodeThatNeverHadTheHidden(string viewer)
    {
        await _fixture.ShareAllSubsets();
        var who = _fixture.Friend(viewer) ?? Views.Circle;
        var visible = Subsets(bits =>
            viewer == "circle" ? (bits & 2) != 0 : IsFor(bits, viewer) && (bits & 2) == 0
        );
        using var other = new AudienceFixture();
        foreach (var name in visible)
        {
            await other.Share(name, Audience.AllFriends, _fixture.FileOf(name));
        }

        var expected = await other.Told(other.Named, visible.Count);
        Assert.Equal(expected, await _fixture.Told(who, visible.Count));
        // And so are all the bytes that are told of it.
        Assert.Equal(other.Delta(other.Named, default), _fixture.Delta(who, default));
        Assert.All(_fixture.HeadsTold(who), head => Assert.True(head.Entries <= visible.Count));
    }

    [Fact]
    public async Task WhatIsHiddenMovesNobodysHead()
    {
        await _fixture.Share("open", Audience.AllFriends);
        await _fixture.Share("round", Audience.OfCircle);
        var before = await _fixture.Told(_fixture.Other, 1);
        await _fixture.Told(Views.Circle, 1);
        await _fixture.Told(_fixture.Named, 1);
        await _fixture.Told(_fixture.Member, 1);
        // A view is there a moment before its head is told.
        FriendId[] viewers = [_fixture.Other, Views.Circle, _fixture.Named, _fixture.Member];
        Wait.Until(() =>
            viewers.All(viewer => _fixture.HeadsTold(viewer).Any(head => head.Entries == 1))
        );
        _fixture.ForgetHeads();

        await _fixture.Share("hidden", _fixture.Of(1 << 2));
        await _fixture.Told(_fixture.Named, 2);
        _fixture.Audiences.Removed(_fixture.Store.Shares.Remove(_fixture.IdOf("hidden"))!);
        await _fixture.Told(_fixture.Named, 1);

        Assert.Empty(_fixture.HeadsTold(_fixture.Other));
        Assert.Empty(_fixture.HeadsTold(_fixture.Member));
        Assert.Empty(_fixture.HeadsTold(Views.Circle));
        Assert.Equal(before, _fixture.Views.Head(_fixture.Other));
    }

    [Fact]
    public async Task AGroupIsWhoeverIsInIt()
    {
        await _fixture.Share("family", _fixture.Of(1 << 3));
        await _fixture.Told(_fixture.Member, 1);
        Assert.False(_fixture.Serves(_fixture.Other, "family"));
        // A view is there a moment before its head is told, and each is told one at first.
        Wait.Until(() => _fixture.HeadsTold(_fixture.Member).Any(head => head.Entries == 1));
        FriendId[] all = [_fixture.Named, _fixture.Other, Views.Circle];
        Wait.Until(() => all.All(viewer => _fixture.HeadsTold(viewer).Count > 0));
        _fixture.ForgetHeads();

        _fixture.Regroup(put: _fixture.Other, taken: _fixture.Member);
        Assert.True(_fixture.Serves(_fixture.Other, "family"));
        Assert.False(_fixture.Serves(_fixture.Member, "family"));
        await _fixture.Told(_fixture.Other, 1);
        await _fixture.Told(_fixture.Member, 0);
        // Members only are shown anew.
        Assert.Empty(_fixture.HeadsTold(_fixture.Named));
        Assert.Empty(_fixture.HeadsTold(Views.Circle));

        _fixture.Audiences.Regrouped(_fixture.Store.Groups.Delete(_fixture.Group)!.Members);
        Assert.False(_fixture.Serves(_fixture.Other, "family"));
        await _fixture.Told(_fixture.Other, 0);
    }

    [Fact]
    public async Task ARemovedFriendIsServedNothing()
    {
        await _fixture.Share("open", Audience.AllFriends);
        await _fixture.Share("round", Audience.OfCircle);
        await _fixture.Told(_fixture.Named, 1);
        Assert.True(_fixture.Serves(_fixture.Named, "round"));

        _fixture.Store.Remove(_fixture.Named);
        _fixture.Audiences.Left(_fixture.Named);

        Assert.False(_fixture.Serves(_fixture.Named, "open"));
        Assert.False(_fixture.Serves(_fixture.Named, "round"));
        Assert.Null(_fixture.Views.Head(_fixture.Named));
        // Also where a change comes late.
        _fixture.Audiences.Regrouped([_fixture.Named]);
        Assert.Null(_fixture.Views.Delta(_fixture.Named, default));
    }

    [Fact]
    public async Task WhatLeavesTheCircleIsRemovedAndNeverNamedAgain()
    {
        await _fixture.Share("stays", Audience.OfCircle);
        await _fixture.Share("leaves", Audience.OfCircle);
        var had = await _fixture.Told(Views.Circle, 2);
        Assert.Empty(_fixture.Views.List(_fixture.Other));

        _fixture.Change("leaves", Audience.AllFriends);
        Assert.False(_fixture.Serves(null, "leaves"));
        Assert.True(_fixture.Serves(_fixture.Other, "leaves"));
        var now = await _fixture.Told(Views.Circle, 1);
        await _fixture.Told(_fixture.Other, 1);

        var step = Assert.Single(Sample.Read(_fixture.Delta(Views.Circle, had.Root)).Steps);
        Assert.Equal(DeltaStep.RemoveTree(Sample.Path("leaves")), step);
        _fixture.Write("leaves", "later.txt");
        await _fixture.Told(_fixture.Other, 2);
        Assert.Empty(Sample.Read(_fixture.Delta(Views.Circle, now.Root)).Steps);
        Assert.All(
            Sample.Read(_fixture.Delta(Views.Circle, default)).Steps,
            one => Assert.StartsWith("stays/", one.Path.ToString())
        );
        // A friend's root is as unknown to the circle as any other.
        var friends = _fixture.Views.Head(_fixture.Other)!.Value.Root;
        Assert.Equal(_fixture.Delta(Views.Circle, default), _fixture.Delta(Views.Circle, friends));
    }

    [Fact]
    public async Task WhoeverSeesLessIsToldOfOnlyAfterItHolds()
    {
        await _fixture.Share("family", _fixture.Of(1 << 3));
        await _fixture.Share("open", Audience.AllFriends);
        var served = new List<bool>();
        Func<bool> serves = () => _fixture.Serves(_fixture.Member, "family");
        _fixture.Audiences.Narrowed += (_, _) => served.Add(serves());

        _fixture.Regroup(put: _fixture.Other, taken: _fixture.Member);
        Assert.Equal([false], served);
        serves = () => _fixture.Serves(_fixture.Other, "family");
        _fixture.Audiences.Regrouped(_fixture.Store.Groups.Delete(_fixture.Group)!.Members);
        Assert.Equal([false, false], served);
        serves = () => _fixture.Serves(_fixture.Named, "open");
        _fixture.Change("open", _fixture.Of(0));
        Assert.Equal([false, false, false], served);
        _fixture.Change("open", Audience.AllFriends);
        _fixture.Store.Remove(_fixture.Named);
        _fixture.Audiences.Left(_fixture.Named);
        Assert.Equal([false, false, false, true, false], served);
        var id = _fixture.IdOf("open");
        serves = () => _fixture.Audiences.VisibleTo(_fixture.Other)(id);
        _fixture.Audiences.Removed(_fixture.Store.Shares.Remove(id)!);
        Assert.Equal([false, false, false, true, false, false], served);
    }

    [Fact]
    public async Task WhoSeesLessIsSaidOnceItsViewHasFollowed()
    {
        var less = new List<FriendId>();
        _fixture.Audiences.SeesLess = viewer =>
        {
            less.Add(viewer);
            Assert.All(
                Sample.Read(_fixture.Delta(viewer, default)).Steps,
                step => Assert.StartsWith("stays/", step.Path.ToString(), StringComparison.Ordinal)
            );
        };
        await _fixture.Share("stays", Audience.AllFriends);
        await _fixture.Share("family", _fixture.Of(1 << 3));
        _fixture.Change("family", Audience.AllFriends);
        Assert.Empty(less);

        _fixture.Change("family", _fixture.Of((1 << 3) | 1));
        Assert.Empty(less);
        _fixture.Change("family", _fixture.Of(1 << 3));
        Assert.Equal(Sorted(_fixture.Named, _fixture.Other), Sorted([.. less]));
        less.Clear();
        _fixture.Change("family", Audience.OfCircle);
        Assert.Equal([_fixture.Member], less);
        less.Clear();
        _fixture.Audiences.Removed(_fixture.Store.Shares.Remove(_fixture.IdOf("family"))!);
        Assert.Equal([Views.Circle], less);

        static string[] Sorted(params FriendId[] friends) =>
            [.. friends.Select(friend => friend.ToString()).Order(StringComparer.Ordinal)];
    }

    private static bool IsFor(int bits, string viewer) =>
        (bits & 2) != 0
        || ((bits & 1) != 0 && viewer != "circle")
        || ((bits & 4) != 0 && viewer == "named")
        || ((bits & 8) != 0 && viewer == "member");

    private static List<string> Subsets(Func<int, bool> wanted) =>
        [
            .. Enumerable
                .Range(0, All)
                .Where(wanted)
                .Select(AudienceFixture.NameOf)
                .Order(StringComparer.Ordinal),
        ];

    private static IEnumerable<string> Shares(IEnumerable<CatalogEntry> entries) =>
        entries.Select(entry => entry.Path.ToString().Split('/')[0]).Order(StringComparer.Ordinal);
}
