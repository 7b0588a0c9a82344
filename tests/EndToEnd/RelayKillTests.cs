using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// The relay of a path is killed (kill -9) amid a fetch. The owner of the file stands still between
/// two looks, so that no machine is too fast for the kill to meet the fetch.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class RelayKillTests
{
    private const long Bytes = 256L << 20;

    /// <summary>Slow enough that a busy machine, too, looks twice before it is over.</summary>
    private const string Rate = "30MB";

    [Fact]
    public async Task TheFetchGoesOnOverTheOtherMutualFriend()
    {
        LiveNode.SkipUnlessPublished();
        using var line = new RelayLine(Bytes, Rate, "bob", "carol");
        await line.Get();
        await line.Reach(0.2);
        var killed = await line.BusyRelay();
        killed.Kill();
        line.Owner.Signal("CONT");
        await line.Done();
    }

    [Fact]
    public async Task WithOneRelayItGoesOnWhenThatIsBack()
    {
        LiveNode.SkipUnlessPublished();
        using var line = new RelayLine(Bytes, Rate, "bob");
        await line.Get();
        await line.Reach(0.2);
        var relay = line.Relays[0];
        relay.Kill();
        line.Owner.Signal("CONT");
        var cut = await line.Waiting();
        Assert.InRange(cut.Done, Bytes / 10, Bytes - 1);

        relay.Start();
        await line.Reach(0.6);
        // Once more, when the way back has been found once.
        relay.Kill();
        line.Owner.Signal("CONT");
        var again = await line.Waiting();
        Assert.InRange(again.Done, cut.Done, Bytes - 1);
        relay.Start();
        await line.Done();
    }
}
