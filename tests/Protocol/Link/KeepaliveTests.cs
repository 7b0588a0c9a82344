using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class KeepaliveTests
{
    private readonly Keepalive _keepalive = new(Pair.Start);

    [Fact]
    public void SilenceFirstAsksThenGivesUp()
    {
        var ping = Pair.Start + TimeSpan.FromSeconds(Limits.KeepaliveSeconds);
        Assert.Equal(ping, _keepalive.Deadline);
        Assert.Equal(KeepaliveStep.None, _keepalive.Handle(new(ping.Microseconds - 1), out _));
        Assert.Equal(KeepaliveStep.Ping, _keepalive.Handle(ping, out _));
        var end = Pair.Start + TimeSpan.FromSeconds(Limits.SilenceSeconds);
        Assert.Equal(end, _keepalive.Deadline);
        Assert.Equal(KeepaliveStep.None, _keepalive.Handle(new(end.Microseconds - 1), out _));
        Assert.Equal(KeepaliveStep.GiveUp, _keepalive.Handle(end, out _));
    }

    [Fact]
    public void AnythingReceivedKeepsItAlive()
    {
        var now = Pair.Start;
        for (var i = 0; i < 100; i++)
        {
            now += TimeSpan.FromSeconds(Limits.KeepaliveSeconds - 1);
            Assert.Equal(KeepaliveStep.None, _keepalive.Handle(now, out _));
            _keepalive.HandleReceived(now);
        }
    }

    [Fact]
    public void ThePongToThePingThatIsOutMeasures()
    {
        Assert.Null(_keepalive.RoundTrip);
        Assert.True(_keepalive.TryPing(Pair.Start, out var token));
        Assert.False(_keepalive.TryPing(Pair.Start, out _));
        var now = Pair.Start + TimeSpan.FromMilliseconds(80);
        _keepalive.HandlePong(token + 1, now);
        Assert.Null(_keepalive.RoundTrip);
        _keepalive.HandlePong(token, now);
        Assert.Equal(TimeSpan.FromMilliseconds(80), _keepalive.RoundTrip);
        _keepalive.HandlePong(token, now + TimeSpan.FromHours(1));
        Assert.True(_keepalive.TryPing(now, out token));
        _keepalive.HandlePong(token, now + TimeSpan.FromMilliseconds(160));
        Assert.Equal(TimeSpan.FromMilliseconds(160), _keepalive.RoundTrip);
        Assert.Equal(2, _keepalive.Pongs);
    }
}
