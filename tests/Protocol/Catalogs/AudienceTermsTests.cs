using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class AudienceTermsTests
{
    private static readonly FriendId Named = new(1);
    private static readonly FriendId Member = new(2);
    private static readonly FriendId Other = new(3);

    public static TheoryData<int> Subsets => [.. Enumerable.Range(0, 16)];

    private static IReadOnlySet<FriendId> Members(int group) =>
        group == 7 ? new HashSet<FriendId> { Member } : new HashSet<FriendId>();

    private static Audience Of(int bits) =>
        new(
            (bits & 1) != 0,
            (bits & 2) != 0,
            (bits & 4) != 0 ? new HashSet<FriendId> { Named } : new HashSet<FriendId>(),
            (bits & 8) != 0 ? new HashSet<int> { 7 } : new HashSet<int>()
        );

    [Theory]
    [MemberData(nameof(Subsets))]
    public void AnyTermSufficesAndCircleSharesStandInNoView(int bits)
    {
        var audience = Of(bits);
        var (friends, circle, named, group) = (
            (bits & 1) != 0,
            (bits & 2) != 0,
            (bits & 4) != 0,
            (bits & 8) != 0
        );

        Assert.Equal(circle, audience.IsFor(null, Members));
        Assert.Equal(circle || friends, audience.IsFor(Other, Members));
        Assert.Equal(circle || friends || named, audience.IsFor(Named, Members));
        Assert.Equal(circle || friends || group, audience.IsFor(Member, Members));
        Assert.Equal(!circle && friends, audience.IsInView(Other, Members));
        Assert.Equal(!circle && (friends || named), audience.IsInView(Named, Members));
        Assert.Equal(!circle && (friends || group), audience.IsInView(Member, Members));
        Assert.Equal(bits == 0, audience.IsNobody);
    }

    [Theory]
    [MemberData(nameof(Subsets))]
    public void WhatIsWrittenIsRead(int bits)
    {
        var audience = Of(bits);

        Assert.Equal(audience, Audience.TryParse(audience.ToString()));
    }

    [Fact]
    public void TermsStandOnceInOneOrder()
    {
        var a = Audience.TryParse($"group:7\nfriend:{Other}\nfriend:{Named}\nfriends\ngroup:7");

        Assert.Equal($"friends\nfriend:{Named}\nfriend:{Other}\ngroup:7", a!.ToString());
        Assert.Equal("", Audience.Nobody.ToString());
        Assert.Equal(Audience.Nobody, Audience.TryParse(""));
        Assert.NotEqual(Audience.AllFriends, Audience.OfCircle);
    }

    [Theory]
    [InlineData("everybody")]
    [InlineData("friend:")]
    [InlineData("friend:12")]
    [InlineData("group:-1")]
    [InlineData("group: 1")]
    [InlineData("group:99999999999")]
    [InlineData("friends\nFriends")]
    public void WhatIsNoTermIsRefusedWhole(string stored) => Assert.Null(Audience.TryParse(stored));

    [Fact]
    public void AGroupThatIsGoneIsNobody()
    {
        var audience = Audience.TryParse("group:8")!;

        Assert.False(audience.IsFor(Member, Members));
        Assert.False(audience.IsNobody);
    }
}
