using FriendNet.Node.Running;
using Xunit;

namespace FriendNet.Tests.Node.Running;

public sealed class SystemClockTests
{
    private DateTimeOffset _wall = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    [Fact]
    public void It_follows_a_wall_clock_set_ahead()
    {
        var clock = new SystemClock(() => _wall, () => _elapsed);
        var first = clock.Now();
        Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), clock.Now() - first);
        _wall += TimeSpan.FromDays(400);
        Assert.Equal(TimeSpan.FromDays(400) + TimeSpan.FromSeconds(5), clock.Now() - first);
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromDays(400) + TimeSpan.FromSeconds(6), clock.Now() - first);
    }

    [Fact]
    public void It_goes_on_where_the_wall_clock_is_set_back()
    {
        var clock = new SystemClock(() => _wall, () => _elapsed);
        var first = clock.Now();
        _wall -= TimeSpan.FromDays(1);
        Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), clock.Now() - first);
    }

    private void Pass(TimeSpan time)
    {
        _wall += time;
        _elapsed += time;
    }
}
