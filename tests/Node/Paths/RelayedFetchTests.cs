using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

public sealed class RelayedFetchTests
{
    private readonly Publisher _publisher = new();

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData((5 << 20) + 77)]
    public void AFriendOfAFriendDelivers(int bytes)
    {
        using var near = new PathNode("Alice", _publisher);
        using var relay = new PathNode("Bob", _publisher);
        using var far = new PathNode("Carol", _publisher, isOwner: true);
        near.Meet(relay);
        relay.Meet(far);
        relay.Hears(far, 1);
        near.Hears(relay, 2);
        near.Sources = [SourceId.Of(_publisher.Id)];
        far.IsServed = friend => friend is null;
        var (id, content) = far.Share("song", bytes);
        Assert.Equal(content, near.Get(id, "got"));
    }
}
