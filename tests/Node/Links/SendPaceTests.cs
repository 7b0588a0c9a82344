using FriendNet.Node.Links;
using Xunit;

namespace FriendNet.Tests.Node.Links;

public sealed class SendPaceTests
{
    private const int BytesMax = 256 * 1024;
    private readonly SendPace _pace = new(BytesMax);

    [Theory]
    [InlineData(900e6, BytesMax)]
    [InlineData(20e6, 100_000)]
    [InlineData(1e6, SendPace.BytesMin)]
    public void AWireIsHandedWhatItTakesInFiveMilliseconds(double rate, int bytes)
    {
        Send(rate);
        Assert.InRange(_pace.Bytes, bytes / 1.5, bytes * 1.5);
        Send(900e6);
        Assert.Equal(BytesMax, _pace.Bytes);
    }

    [Fact]
    public void OneSlowCallAmongQuickOnesChangesNothing()
    {
        Send(2e9);
        Assert.False(_pace.Sent(BytesMax, TimeSpan.FromMilliseconds(20)));
    }

    private void Send(double rate)
    {
        for (var i = 0; i < 200; i++)
        {
            _pace.Sent(_pace.Bytes, TimeSpan.FromSeconds(_pace.Bytes / rate));
        }
    }
}
