using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

public sealed class DownloaderTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16383)]
    [InlineData(16385)]
    [InlineData(Mib)]
    [InlineData(Mib + 1)]
    [InlineData((5 * Mib) + 4096)]
    [InlineData((7 * Mib) + 12345)]
    public void A_file_arrives_as_it_was(int length)
    {
        var friend = new MemoryFriend();
        var bytes = SeededBytes.Of(length);
        using var node = new OneNode(_home, friend);
        var id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
        var end = node.WaitFor(id);
        Assert.Equal((TransferState.Done, node.PathOf("a.bin")), (end.State, end.Place));
        Assert.Equal(bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        Assert.Single(Directory.GetFileSystemEntries(node.Destination));
        var progress = node.Downloader.Find(id)!;
        Assert.Equal((length, TransferState.Done), (progress.BytesStored, progress.Row.State));
    }

    [Fact]
    public void A_folder_arrives_as_it_was_with_empty_and_large_files()
    {
        var friend = new MemoryFriend();
        var random = new Random(1);
        var files = Enumerable
            .Range(0, 300)
            .Select(i =>
                (Path: $"d{i % 7}/e{i % 3}/f{i}", Bytes: SeededBytes.Of(random.Next(0, 60_000), i))
            )
            .Append((Path: "big", Bytes: SeededBytes.Of((3 * Mib) + 77, 998)))
            .Append((Path: "d1/bigger", Bytes: SeededBytes.Of((9 * Mib) + 5, 999)))
            .Append((Path: "d1/empty", Bytes: []))
            .ToArray();
        using var node = new OneNode(_home, friend);
        var offered = files.Select(f => new OfferedFile(f.Path, friend.Add(f.Bytes))).ToArray();
        var id = node.Downloader.StartFolder("tree", offered, node.Destination);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        foreach (var (path, bytes) in files)
            Assert.Equal(bytes, File.ReadAllBytes(Path.Join(node.PathOf("tree"), path)));
        Assert.Equal(files.Length, Count(node.PathOf("tree")));
        Assert.Single(Directory.GetFileSystemEntries(node.Destination));
    }

    [Fact]
    public void After_a_restart_it_goes_on_by_itself_and_fetches_little_again()
    {
        var bytes = SeededBytes.Of(40 * Mib);
        var friend = new MemoryFriend();
        TransferId id;
        using (var stop = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = run =>
            {
                if (run.Run == 25)
                    stop.Set();
            };
            id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
            Await(stop);
        }

        var again = new MemoryFriend();
        again.Add(bytes);
        using var restarted = new OneNode(_home, again);
        Assert.Equal(TransferState.Done, restarted.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(restarted.PathOf("a.bin")));
        Assert.InRange(again.SlicesSent, 1, 20);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("long")]
    public void A_part_that_was_changed_meanwhile_is_fetched_again(string how)
    {
        var bytes = SeededBytes.Of((20 * Mib) + 3);
        var friend = new MemoryFriend();
        TransferId id;
        using (var stop = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = run =>
            {
                if (run.Run == 15)
                {
                    friend.Leave();
                    stop.Set();
                }
            };
            id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
            Await(stop);
        }

        var part = Path.Join(_home, "downloads", "a.bin.friendnet-part");
        SetLength(part, how == "short" ? 5 * Mib : 50 * Mib);
        var again = new MemoryFriend();
        again.Add(bytes);
        using var restarted = new OneNode(_home, again);
        Assert.Equal(TransferState.Done, restarted.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(restarted.PathOf("a.bin")));
        Assert.Equal(21, again.SlicesSent);
    }

    [Fact]
    public void A_folder_goes_on_after_a_restart_and_trusts_no_unrecorded_leftover()
    {
        var files = Enumerable.Range(0, 400).Select(i => SeededBytes.Of(20_000, i)).ToArray();
        var friend = new MemoryFriend();
        TransferId id;
        using (var stop = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = run =>
            {
                if (friend.SlicesSent == 250)
                {
                    friend.Leave();
                    stop.Set();
                }
            };
            var offered = files.Select((f, i) => new OfferedFile($"s/f{i}", friend.Add(f)));
            id = node.Downloader.StartFolder("tree", [.. offered], node.Destination);
            Await(stop);
        }

        var staging = Path.Join(_home, "downloads", "tree.friendnet-part", "s");
        File.Delete(Path.Join(staging, "f3"));
        File.WriteAllText(Path.Join(staging, "f4"), "shorter");
        File.WriteAllBytes(Path.Join(staging, "f399"), new byte[20_000]);
        var again = new MemoryFriend();
        foreach (var file in files)
            again.Add(file);
        using var restarted = new OneNode(_home, again);
        Assert.Equal(TransferState.Done, restarted.WaitFor(id).State);
        for (var i = 0; i < files.Length; i++)
            Assert.Equal(files[i], File.ReadAllBytes(restarted.PathOf($"tree/s/f{i}")));
        Assert.InRange(again.SlicesSent, 3, 160);
    }

    [Fact]
    public void What_a_liar_sends_is_never_stored_and_the_leaf_is_named()
    {
        var friend = new MemoryFriend
        {
            Tamper = (run, data) =>
            {
                if (run.Run == 2)
                    data.Span[(40 * 16384) + 7] ^= 1;
            },
        };
        using var node = new OneNode(_home, friend);
        var bytes = SeededBytes.Of(5 * Mib);
        var id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
        Wait(() => node.Logged.Any(line => line.Contains("leaf 168 is wrong", Ordinal)));
        Wait(() => node.Downloader.Find(id)!.Why?.Contains("wrong data", Ordinal) == true);
        var part = File.ReadAllBytes(node.PathOf("a.bin.friendnet-part"));
        Assert.Equal(new byte[Mib], part.AsSpan(2 * Mib, Mib).ToArray());
        friend.Tamper = null;
        Assert.True(node.Downloader.Pause(id));
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(node.PathOf("a.bin")));
    }

    [Fact]
    public void Pausing_holds_it_and_resuming_goes_on()
    {
        var friend = new MemoryFriend();
        using var half = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        friend.Before = run =>
        {
            if (run.Run != 10)
                return;
            half.Set();
            Await(go);
        };
        using var node = new OneNode(_home, friend);
        var bytes = SeededBytes.Of(30 * Mib);
        var id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
        Await(half);
        Assert.True(node.Downloader.Pause(id));
        Assert.False(node.Downloader.Pause(id));
        go.Set();
        Assert.Equal(TransferState.Paused, node.Downloader.Find(id)!.Row.State);
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(node.PathOf("a.bin")));
    }

    [Fact]
    public void Cancelling_removes_what_came_and_nothing_else()
    {
        var friend = new MemoryFriend();
        using var half = new ManualResetEventSlim();
        friend.Before = _ =>
        {
            if (friend.SlicesSent == 150)
                half.Set();
        };
        using var node = new OneNode(_home, friend);
        File.WriteAllText(node.PathOf("mine"), "mine");
        var offered = Enumerable
            .Range(0, 300)
            .Select(i => new OfferedFile($"a/b{i % 5}/f{i}", friend.Add(SeededBytes.Of(9000, i))));
        var id = node.Downloader.StartFolder("tree", [.. offered], node.Destination);
        Await(half);
        Assert.True(node.Downloader.Cancel(id));
        Wait(() => Directory.GetFileSystemEntries(node.Destination).Length == 1);
        Assert.Null(node.Downloader.Find(id));
        Assert.Equal("mine", File.ReadAllText(node.PathOf("mine")));
    }

    [Fact]
    public void Cancelling_what_an_earlier_run_paused_removes_its_part()
    {
        TransferId id;
        using (var node = new OneNode(_home, new MemoryFriend()))
        {
            var missing = new ContentId(new MemoryFriend().Add(SeededBytes.Of(100)).Root, 3 * Mib);
            id = node.Downloader.StartFile("a.bin", missing, node.Destination);
            Assert.True(node.Downloader.Pause(id));
            Assert.Single(Directory.GetFileSystemEntries(node.Destination));
        }

        using var again = new OneNode(_home, new MemoryFriend());
        Assert.Equal(TransferState.Paused, again.Downloader.Find(id)!.Row.State);
        Assert.True(again.Downloader.Cancel(id));
        Wait(() => Directory.GetFileSystemEntries(again.Destination).Length == 0);
    }

    [Fact]
    public void A_finish_cut_off_by_a_crash_is_repaired()
    {
        var friend = new MemoryFriend();
        TransferId id;
        using (var node = new OneNode(_home, friend))
        {
            id = node.Downloader.StartFile(
                "a.bin",
                friend.Add(SeededBytes.Of(50_000)),
                node.Destination
            );
            node.WaitFor(id);
        }

        using (var store = OneNode.Store(_home))
            store.SetState(id, TransferState.Finishing, "a.bin", null);
        var file = Path.Join(_home, "downloads", "a.bin");
        using (var node = new OneNode(_home, new MemoryFriend()))
            Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        using (var store = OneNode.Store(_home))
            store.SetState(id, TransferState.Finishing, "a.bin", null);
        File.Move(file, file + ".friendnet-part");
        using (var node = new OneNode(_home, new MemoryFriend()))
            Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(SeededBytes.Of(50_000), File.ReadAllBytes(file));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static int Count(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length;

    private static void SetLength(string path, long length)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static void Await(ManualResetEventSlim happened) =>
        Assert.True(happened.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

    /// <summary>For what has no event: looks again, and not for ever.</summary>
    private static void Wait(Func<bool> until) =>
        Assert.True(SpinWait.SpinUntil(until, TimeSpan.FromSeconds(30)));
}
