using FriendNet.Node.Downloads;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>What is done stays listed, but not for ever.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void OfThoseThatAreDoneTheOldestAreForgotten()
    {
        const int More = 7;
        TransferId waiting;
        using (var store = OneNode.Store(_home))
        {
            waiting = Add(store, "waits", TransferState.Paused);
            for (var i = 0; i < Limits.TransfersDoneMax + More; i++)
                Add(store, $"done {i}", TransferState.Done);
        }

        using var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var kept = Limits.TransfersDoneMax + 1;
        Assert.True(SpinWait.SpinUntil(() => node.Downloader.List().Count == kept, 30_000));
        Assert.Equal(waiting, node.Downloader.List()[0].Row.Id);
        Assert.Equal($"done {More}", node.Downloader.List()[1].Row.Name);

        // One that is done now is the newest, and costs the oldest its place.
        var id = node.Downloader.StartFile("new", friend.Add([1, 2, 3]), node.Destination);
        node.WaitFor(id);
        Assert.True(
            SpinWait.SpinUntil(
                () => node.Downloader.List()[1].Row.Name == $"done {More + 1}",
                30_000
            )
        );
        Assert.Equal(TransferState.Done, node.Downloader.Find(id)!.Row.State);
    }

    [Fact]
    public void ClearedIsWhatIsDoneAndNothingElse()
    {
        using (var store = OneNode.Store(_home))
        {
            Add(store, "waits", TransferState.Paused);
            Add(store, "one", TransferState.Done);
            Add(store, "other", TransferState.Done);
        }

        using (var friend = new MemoryFriend())
        using (var node = new OneNode(_home, friend))
        {
            var cleared = node.Downloader.Clear();
            Assert.Equal(["one", "other"], cleared.Select(one => one.Row.Name));
            Assert.Equal("waits", Assert.Single(node.Downloader.List()).Row.Name);
        }

        using var again = OneNode.Store(_home);
        Assert.Equal("waits", Assert.Single(again.List()).Name);
    }

    private static TransferId Add(TransferStore store, string name, TransferState state)
    {
        var row = new TransferRow(
            default,
            name,
            "/nowhere",
            $".{name}.part",
            null,
            false,
            TransferState.Paused,
            0,
            1,
            5,
            null
        );
        var added = store.Add(row, [new(name, new(default, 5))]);
        store.SetState(added.Id, state, name, null);
        return added.Id;
    }
}
