using System.Globalization;
using FriendNet.Node.Configuration;
using Xunit;

namespace FriendNet.Tests.Node.Configuration;

public sealed class LimitHoursTests
{
    // 2026-11-23 is a Monday.
    [Theory]
    [InlineData("mon-fri 08:00-18:00 up=1MB", "2026-11-23 07:59:59", false)]
    [InlineData("mon-fri 08:00-18:00 up=1MB", "2026-11-23 08:00:00", true)]
    [InlineData("mon-fri 08:00-18:00 up=1MB", "2026-11-27 17:59:59", true)]
    [InlineData("mon-fri 08:00-18:00 up=1MB", "2026-11-27 18:00:00", false)]
    [InlineData("mon-fri 08:00-18:00 up=1MB", "2026-11-28 12:00:00", false)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-27 22:00:00", true)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-28 00:00:00", true)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-28 05:59:59", true)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-28 06:00:00", false)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-27 05:00:00", false)]
    [InlineData("fri 22:00-06:00 up=1MB", "2026-11-28 22:00:00", false)]
    [InlineData("sat 12:00-24:00 up=1MB", "2026-11-28 23:59:59", true)]
    [InlineData("sat 12:00-24:00 up=1MB", "2026-11-29 00:00:00", false)]
    [InlineData("sat+mon 00:00-24:00 up=1MB", "2026-11-23 00:00:00", true)]
    [InlineData("sat+mon 00:00-24:00 up=1MB", "2026-11-29 12:00:00", false)]
    [InlineData("sat-mon 10:00-11:00 up=1MB", "2026-11-29 10:30:00", true)]
    [InlineData("10:00-11:00 up=1MB", "2026-11-25 10:30:00", true)]
    public void CoversItsHoursAndNoOthers(string text, string local, bool isCovered)
    {
        var hours = LimitHours.Parse(text);
        Assert.NotNull(hours);
        Assert.Equal(isCovered, hours.Covers(DateTime.Parse(local, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void HasTheRatesThatAreSaid()
    {
        var rates = LimitHours.Parse("08:00-18:00 up=1MB down=off relay-friend=max")!.Rates;
        Assert.Equal(1_000_000, rates[LimitKind.Up]);
        Assert.Equal(0, rates[LimitKind.Down]);
        Assert.Null(rates[LimitKind.RelayFriend]);
        Assert.Equal(3, rates.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mon")]
    [InlineData("08:00-18:00")]
    [InlineData("mon-fri 08:00-18:00")]
    [InlineData("someday 08:00-18:00 up=1MB")]
    [InlineData("mon-tue-wed 08:00-18:00 up=1MB")]
    [InlineData("mon 8-18 up=1MB")]
    [InlineData("mon 08:00-25:00 up=1MB")]
    [InlineData("mon 24:00-08:00 up=1MB")]
    [InlineData("mon 08:00-08:00 up=1MB")]
    [InlineData("mon 08:00-18:00 up")]
    [InlineData("mon 08:00-18:00 up=fast")]
    [InlineData("mon 08:00-18:00 sideways=1MB")]
    [InlineData("mon 08:00-18:00 up=1MB up=2MB")]
    public void WhatIsNotWrittenSoIsNone(string text) => Assert.Null(LimitHours.Parse(text));
}
