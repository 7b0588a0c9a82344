using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Budgets;

public sealed class TokenBucketTests
{
    private static readonly Instant Start = new(1_000_000);

    [Fact]
    public void NoMoreThanABurstIsSavedNotEvenByWhatIsGivenBack()
    {
        var bucket = new TokenBucket(100, 300, Start);
        bucket.Charge(200, Start);
        var later = Start + TimeSpan.FromSeconds(1);
        Assert.Equal(200, bucket.Available(later));
        bucket.Charge(-200, later);
        Assert.Equal(300, bucket.Available(later));
        Assert.Equal(300, bucket.Available(later + TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void ADebtIsPaidFirst()
    {
        var bucket = new TokenBucket(100, 300, Start);
        bucket.Charge(500, Start);
        Assert.Equal(-200, bucket.Available(Start));
        Assert.Equal(Start + TimeSpan.FromSeconds(2.5), bucket.When(50, Start));
    }
}
