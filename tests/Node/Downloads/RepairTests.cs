using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>What the disk lost, or the store did not hear of.</summary>
public sealed class RepairTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_part_that_is_gone_is_said_and_taken_up_if_it_comes_back(bool comesBack)
    {
        var bytes = SeededBytes.Of((20 * Mib) + 3);
        var id = FetchPartly(bytes);
        var part = Path.Join(_home, "downloads", "a.bin.friendnet-part");
        File.Move(part, part + ".away");
        var friend = new MemoryFriend();
        friend.Add(bytes);
        using var node = new OneNode(_home, friend);
        var end = node.WaitFor(id);
        Assert.Equal(TransferState.Paused, end.State);
        Assert.Contains("is gone", end.Why, StringComparison.Ordinal);
        Assert.False(File.Exists(part));
        if (comesBack)
            File.Move(part + ".away", part);
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        if (comesBack)
            Assert.InRange(friend.SlicesSent, 1, 20);
        else
            Assert.Equal(21, friend.SlicesSent);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void A_part_moved_away_while_it_arrives_is_said_at_once(bool isFolder, bool comesBack)
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var part = node.PathOf(isFolder ? "a.friendnet-part" : "a.bin.friendnet-part");
        var (isMoved, isSaid) = (false, false);
        friend.Before = run =>
        {
            var at = isFolder ? friend.SlicesSent / 10 : run.Run;
            if (at == 10 && !isMoved)
            {
                isMoved = true;
                Move(part, part + ".away");
            }
            else if (at == 14 && !isSaid)
            {
                isSaid = true;
                // What was written since makes it look; the end is not needed for that.
                SpinWait.SpinUntil(
                    () => node.Downloader.List()[0].Row.State == TransferState.Paused,
                    TimeSpan.FromSeconds(30)
                );
            }
        };
        byte[][] files = isFolder
            ? [.. Enumerable.Range(0, 300).Select(i => SeededBytes.Of(9000, i))]
            : [SeededBytes.Of((20 * Mib) + 3)];
        var offered = files.Select((f, i) => new OfferedFile($"f{i}", friend.Add(f))).ToArray();
        var id = isFolder
            ? node.Downloader.StartFolder("a", offered, node.Destination)
            : node.Downloader.StartFile("a.bin", offered[0].Id, node.Destination);
        var end = node.WaitFor(id);
        Assert.Equal(TransferState.Paused, end.State);
        Assert.Contains("is gone", end.Why, StringComparison.Ordinal);
        if (comesBack)
            Move(part + ".away", part);
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        for (var i = 0; i < files.Length; i++)
        {
            var place = node.PathOf(isFolder ? $"a/f{i}" : "a.bin");
            Assert.Equal(files[i], File.ReadAllBytes(place));
        }

        Assert.Equal(comesBack ? 1 : 2, Directory.GetFileSystemEntries(node.Destination).Length);
    }

    /// <summary>Each start looks once; then come the waits, longer and longer.</summary>
    [Fact]
    public void Started_again_and_again_it_asks_who_refuses_for_one_window_each_time()
    {
        const int Starts = 5;
        const int Window = 4;
        var (asked, bytes) = (0, SeededBytes.Of(30 * Mib));
        for (var start = 0; start < Starts; start++)
        {
            var friend = new MemoryFriend();
            using var node = new OneNode(_home, friend);
            if (start == 0)
            {
                var missing = new ContentId(MemoryFriend.RootOf(bytes), bytes.Length);
                node.Downloader.StartFile("a.bin", missing, node.Destination);
            }

            var transfer = Assert.Single(node.Downloader.List()).Row.Id;
            Assert.True(
                SpinWait.SpinUntil(
                    () => node.Downloader.Find(transfer)!.Why is not null,
                    TimeSpan.FromSeconds(30)
                )
            );
            lock (friend.Asked)
                asked += friend.Asked.Count;
        }

        Assert.InRange(asked, Starts, Starts * Window);
    }

    [Fact]
    public void A_finish_without_part_or_result_is_not_done()
    {
        var id = FetchFolder();
        Directory.Delete(Path.Join(_home, "downloads", "tree"), recursive: true);
        SetState(id, TransferState.Finishing);
        using var node = new OneNode(_home, new MemoryFriend());
        Assert.Equal(TransferState.Paused, node.WaitFor(id).State);
        Assert.Empty(Directory.GetFileSystemEntries(node.Destination));
    }

    [Fact]
    public void A_finish_that_lacks_a_file_fetches_it_first()
    {
        var id = FetchFolder();
        var tree = Path.Join(_home, "downloads", "tree");
        File.Delete(Path.Join(tree, "f3"));
        Directory.Move(tree, tree + ".friendnet-part");
        SetState(id, TransferState.Finishing);
        var friend = new MemoryFriend();
        for (var i = 0; i < 8; i++)
            friend.Add(SeededBytes.Of(9000, i));
        using var node = new OneNode(_home, friend);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(SeededBytes.Of(9000, 3), File.ReadAllBytes(node.PathOf("tree/f3")));
    }

    [Theory]
    [InlineData(TransferState.Running)]
    [InlineData(TransferState.Paused)]
    public void A_rename_the_store_did_not_hear_of_is_done(TransferState state)
    {
        var id = FetchFolder();
        SetState(id, state);
        using var node = new OneNode(_home, new MemoryFriend());
        if (state == TransferState.Paused)
            Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(8, Directory.GetFiles(node.PathOf("tree")).Length);
        Assert.Single(Directory.GetFileSystemEntries(node.Destination));
    }

    [Fact]
    public void After_the_disk_failed_only_what_is_recorded_counts()
    {
        var friend = new MemoryFriend();
        var files = Enumerable.Range(0, 200).Select(i => SeededBytes.Of(9000, i)).ToArray();
        using var node = new OneNode(_home, friend);
        var staging = node.PathOf("tree.friendnet-part");
        friend.Before = _ =>
        {
            // In the way of the last one; what came before is written, and not recorded.
            if (friend.SlicesSent == 0)
                File.WriteAllText(Path.Join(staging, "f199"), "in the way");
        };
        var offered = files.Select((f, i) => new OfferedFile($"f{i}", friend.Add(f))).ToArray();
        var id = node.Downloader.StartFolder("tree", offered, node.Destination);
        Assert.Equal(TransferState.Paused, node.WaitFor(id).State);
        friend.Before = null;
        File.WriteAllBytes(Path.Join(staging, "f7"), new byte[9000]);
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        for (var i = 0; i < files.Length; i++)
            Assert.Equal(files[i], File.ReadAllBytes(node.PathOf($"tree/f{i}")));
    }

    private static void Move(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to);
    }

    private TransferId FetchPartly(byte[] bytes)
    {
        var friend = new MemoryFriend();
        using var stop = new ManualResetEventSlim();
        using var node = new OneNode(_home, friend);
        friend.Before = run =>
        {
            if (run.Run == 15)
            {
                friend.Leave();
                stop.Set();
            }
        };
        var id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
        Assert.True(stop.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        return id;
    }

    private TransferId FetchFolder()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var files = Enumerable
            .Range(0, 8)
            .Select(i => new OfferedFile($"f{i}", friend.Add(SeededBytes.Of(9000, i))));
        var id = node.Downloader.StartFolder("tree", [.. files], node.Destination);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        return id;
    }

    private void SetState(TransferId id, TransferState state)
    {
        using var store = OneNode.Store(_home);
        store.SetState(id, state, "tree", null);
    }
}
