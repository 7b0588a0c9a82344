using FriendNet.Protocol.Friendship;
using Xunit;

namespace FriendNet.Tests.Protocol.Friendship;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("192.0.2.7:4711")]
    [InlineData("[2001:db8::7]:1")]
    [InlineData("[::1]:65535")]
    [InlineData("localhost:80")]
    [InlineData("xn--bcher-kva.example:80")]
    public void Places_are_read_and_written(string text)
    {
        Assert.True(HostPort.TryParse(text, out var place));
        Assert.Equal(text, place.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":80")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:080")]
    [InlineData("host:65536")]
    [InlineData("host:99999999999")]
    [InlineData("host:+1")]
    [InlineData("Host:1")]
    [InlineData("-host:1")]
    [InlineData("ho st:1")]
    [InlineData("ho\nst:1")]
    [InlineData("a..b:1")]
    [InlineData("2001:db8::7:1")]
    [InlineData("[192.0.2.7]:1")]
    [InlineData("[fe80::1%2]:1")]
    [InlineData("[2001:DB8::7]:1")]
    [InlineData("127.1:1")]
    [InlineData("0x7f.1:1")]
    [InlineData("2130706433:1")]
    public void Others_are_not(string? text) => Assert.False(HostPort.TryParse(text, out _));
}
