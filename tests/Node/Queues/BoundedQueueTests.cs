using FriendNet.Node.Queues;
using Xunit;

namespace FriendNet.Tests.Node.Queues;

public sealed class BoundedQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public void All_arrive_once_and_in_order_through_a_small_queue()
    {
        var queue = new BoundedQueue<(int Adder, int Number)>(3);
        var adders = Enumerable.Range(0, 4).Select(adder => new Thread(() => AddAll(queue, adder)));
        var running = adders.ToArray();
        foreach (var thread in running)
            thread.Start();
        var next = new int[4];
        for (var taken = 0; taken < 4 * 2000; taken++)
        {
            Assert.True(queue.TryTake(out var item, Long));
            Assert.Equal(next[item.Adder]++, item.Number);
        }

        foreach (var thread in running)
            Assert.True(thread.Join(Long));
        Assert.False(queue.TryTake(out _, TimeSpan.Zero));
    }

    [Fact]
    public void What_waits_is_taken_after_the_end_and_nothing_is_added()
    {
        var queue = new BoundedQueue<int>(2);
        Assert.True(queue.Add(1));
        Assert.True(queue.Add(2));
        var isRefused = false;
        var adder = new Thread(() => isRefused = !queue.Add(3));
        adder.Start();
        queue.Close();
        Assert.True(adder.Join(Long));
        Assert.True(isRefused);
        Assert.True(queue.IsClosed);
        Assert.True(queue.TryTake(out var first, Long));
        Assert.True(queue.TryTake(out var second, Long));
        Assert.Equal((1, 2), (first, second));
        Assert.False(queue.TryTake(out _, Long));
    }

    [Fact]
    public void What_is_urgent_is_taken_first_and_counts()
    {
        var queue = new BoundedQueue<int>(4);
        Assert.True(queue.Add(3));
        Assert.True(queue.Add(1, isUrgent: true));
        Assert.True(queue.Add(4));
        Assert.True(queue.Add(2, isUrgent: true));
        var isRefused = false;
        var adder = new Thread(() => isRefused = !queue.Add(0, isUrgent: true));
        adder.Start();
        queue.Close();
        Assert.True(adder.Join(Long));
        Assert.True(isRefused);
        foreach (var number in (int[])[1, 2, 3, 4])
        {
            Assert.True(queue.TryTake(out var taken, Long));
            Assert.Equal(number, taken);
        }
    }

    [Fact]
    public void One_who_waits_to_take_hears_of_the_end()
    {
        var queue = new BoundedQueue<int>(2);
        var isTaken = true;
        var taker = new Thread(() => isTaken = queue.TryTake(out _, Timeout.InfiniteTimeSpan));
        taker.Start();
        queue.Close();
        Assert.True(taker.Join(Long));
        Assert.False(isTaken);
    }

    private static void AddAll(BoundedQueue<(int Adder, int Number)> queue, int adder)
    {
        for (var number = 0; number < 2000; number++)
            queue.Add((adder, number));
    }
}
