using FriendNet.Node.Blocks;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using Xunit;

namespace FriendNet.Tests.Node.Blocks;

public sealed class BlockQuotaTests
{
    private readonly Alarm _time = new();
    private readonly TaskCompletionSource _over = new();
    private readonly BlockQuota _quota;

    public BlockQuotaTests() => _quota = new(_time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void OneAloneFillsItsLinkAndNotMore()
    {
        Assert.Equal(8, Take(Friend(1)).Count);
        Assert.Equal(2, Take(Path(2)).Count);
    }

    [Fact]
    public void ThoseWhoHoldLeaveRoomForThoseWhoHoldNone()
    {
        var held = Enumerable.Range(0, 23).Select(i => Take(Friend(i)).Count).ToArray();
        int[] expected = [8, 7, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0];
        Assert.Equal(expected, held);
    }

    [Fact]
    public void PathsTakeNothingFromFriends()
    {
        for (var i = 0; i < 99; i++)
            Take(Path(i));
        Assert.Equal(Limits.ServedPathBlocksMax, _quota.HeldForPaths);
        Assert.Equal(6, Take(Friend(1)).Count);
        for (var i = 0; i < 99; i++)
            Take(Friend(i));
        Assert.Equal(Limits.ServedBlocksMax, _quota.Held);
    }

    [Fact]
    public void StrangersOverOneFriendDoNotHoldUpEachOtherNorThoseOverAnother()
    {
        Take(Path(1, path: 1));
        Assert.False(_quota.TryRent(Path(1, path: 1), out _));
        Assert.True(_quota.TryRent(Path(1, path: 2), out _));
        for (var path = 3; path < 99; path++)
            Take(Path(1, path));
        Assert.Equal(Limits.ServedCarrierBlocksMax, _quota.HeldForPaths);
        Assert.True(_quota.TryRent(Path(2), out _));
    }

    [Fact]
    public void ClassesOfOneFriendCountTogetherButNoneWaitsForAnother()
    {
        Take(Friend(1));
        Assert.Single(Take(Friend(1, SendClass.Prompt)));
        Assert.Single(Take(Friend(1, SendClass.Interactive)));
        Assert.Equal(6, Take(Friend(2)).Count);
    }

    [Fact]
    public async Task WhoWaitsLongestIsFirstButWhoHoldsNoneBefore()
    {
        var all = Fill();
        var holder = _quota.WaitAsync(Friend(0), _over.Task);
        var first = _quota.WaitAsync(Friend(98), _over.Task);
        var second = _quota.WaitAsync(Friend(99), _over.Task);
        all[^1].Return();
        Assert.NotNull(await first.WaitAsync(Cancel));
        Assert.False(holder.IsCompleted || second.IsCompleted);
        all[^2].Return();
        Assert.NotNull(await second.WaitAsync(Cancel));
        // All that it holds is back, so that it holds none.
        foreach (var block in all.Take(8))
            block.Return();
        Assert.NotNull(await holder.WaitAsync(Cancel));
        Assert.Equal(Limits.ServedBlocksMax - 7, _quota.Held);
    }

    [Fact]
    public async Task AFastStrangerGoesBeforeTheNextRequestsOfSlowOnes()
    {
        var slow = Enumerable.Range(1, 4).SelectMany(path => Take(Path(1, path))).ToArray();
        Assert.Equal(Limits.ServedCarrierBlocksMax, slow.Length);
        var next = _quota.WaitAsync(Path(1, path: 1), _over.Task);
        var fast = _quota.WaitAsync(Path(1, path: 5), _over.Task);
        slow[0].Return();
        Assert.Same(fast, await Task.WhenAny(next, fast).WaitAsync(Cancel));
        // Then it goes on at its own pace.
        var more = _quota.WaitAsync(Path(1, path: 5), _over.Task);
        (await fast)!.Return();
        Assert.Same(more, await Task.WhenAny(next, more).WaitAsync(Cancel));
        slow[1].Return();
        Assert.NotNull(await next.WaitAsync(Cancel));
    }

    [Fact]
    public async Task WaitingEndsWithTimeOrWish()
    {
        var all = Fill();
        var late = _quota.WaitAsync(Friend(98), _over.Task);
        _time.Ring();
        Assert.Null(await late.WaitAsync(Cancel));
        Assert.Equal(TimeSpan.FromSeconds(Limits.FetchSilenceSeconds), _time.Due);
        var unwanted = _quota.WaitAsync(Friend(99), _over.Task);
        _over.SetResult();
        Assert.Null(await unwanted.WaitAsync(Cancel));
        all[^1].Return();
        Assert.Equal(Limits.ServedBlocksMax - 1, _quota.Held);
    }

    private static FriendId Id(int number)
    {
        var bytes = new byte[32];
        bytes[0] = (byte)number;
        return FriendId.Of(bytes);
    }

    private static BlockHolder Friend(int number, SendClass sendClass = SendClass.Bulk) =>
        new(Id(number), Path: null, sendClass);

    private static BlockHolder Path(int carrier, long path = 1) =>
        new(Id(carrier), new LinkId(path), SendClass.Bulk);

    private List<Block> Take(BlockHolder holder)
    {
        var taken = new List<Block>();
        while (_quota.TryRent(holder, out var block))
            taken.Add(block);
        return taken;
    }

    private List<Block> Fill()
    {
        var all = new List<Block>();
        for (var i = 0; _quota.Held < Limits.ServedBlocksMax; i++)
            all.AddRange(Take(Friend(i)));
        return all;
    }

    /// <summary>Time that passes when it is told to.</summary>
    private sealed class Alarm : TimeProvider
    {
        private Action? _rings;

        internal TimeSpan Due { get; private set; }

        internal void Ring() => _rings?.Invoke();

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            (_rings, Due) = (() => callback(state), dueTime);
            return new Never();
        }

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => default;
        }
    }
}
