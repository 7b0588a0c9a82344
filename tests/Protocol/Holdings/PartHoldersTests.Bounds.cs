using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Holdings;

// Of how much is held and which goes first.
public sealed partial class PartHoldersTests
{
    [Fact]
    public void Beyond_the_bound_the_oldest_that_is_done_goes()
    {
        var all = Enumerable.Range(0, Limits.HoldingsMax + 1).Select(one => Content(one, 1));
        ContentId[] contents = [.. all];
        Hold(2, contents[1..^1]);
        Hold(1, contents[0]);
        Hold(3, contents[^1]);
        Seek(contents[0], contents[1], contents[^1]);
        Assert.Equal([(1u, 0), (2u, 0)], Told());
    }

    [Fact]
    public void Beyond_the_bound_the_smallest_under_way_goes_for_a_larger_one()
    {
        var (small, large) = (Content(0, runs: 1), Content(Limits.HoldingsMax, runs: 9));
        Get(1, [small, .. Enumerable.Range(1, Limits.HoldingsMax - 1).Select(i => Content(i, 2))]);
        Seek(small, large);
        Get(2, large);
        _holders.HandleStored(small, 0, _now);
        _holders.HandleStored(large, 3, _now);
        _ = Sent();
        Pass(0.6);
        Assert.Equal([(1u, 3)], Told());
    }

    [Fact]
    public void What_is_done_goes_for_what_is_under_way_and_takes_no_place_of_it()
    {
        var old = Content(Limits.HoldingsMax, runs: 9);
        var small = Content(Limits.HoldingsMax - 1, runs: 1);
        Hold(1, old);
        Get(2, [.. Enumerable.Range(0, Limits.HoldingsMax).Select(i => Content(i, runs: 1))]);
        Hold(3, old);
        Seek(old, small);
        _ = Sent();
        _holders.HandleStored(small, 0, _now);
        Pass(0.6);
        Assert.Equal([(1u, 0)], Told());
    }

    [Fact]
    public void What_went_and_came_again_stays_when_its_first_transfer_goes()
    {
        var content = Content(0, runs: 1);
        ContentId[] others =
        [
            .. Enumerable.Range(1, Limits.HoldingsMax).Select(i => Content(i, 2)),
        ];
        Get(1, content);
        Get(2, others);
        _holders.Handle(new Input.DownloadCancelled(new(2)), _now);
        Hold(3, content);
        _holders.Handle(new Input.DownloadCancelled(new(1)), _now);
        _ = Sent();
        Seek(content);
        Assert.Equal([(0u, 0)], Told());
    }

    [Fact]
    public void What_two_transfers_have_is_told_until_both_are_gone()
    {
        var content = Content(1, runs: 4);
        Get(1, content);
        Get(2, content);
        _ = Sent();
        Seek(content);
        Assert.Empty(Told());
        _holders.Handle(new Input.DownloadCancelled(new(1)), _now);
        _holders.HandleStored(content, 2, _now);
        Pass(0.6);
        Assert.Equal([(0u, 2)], Told());
        _holders.Handle(new Input.DownloadPaused(new(2)), _now);
        _holders.HandleStored(content, 3, _now);
        Pass(0.6);
        Assert.Empty(Told());
    }
}
