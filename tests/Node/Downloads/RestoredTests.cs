using FriendNet.Node.Downloads;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>What a restart makes of unfinished transfers, and a disk that comes and goes.</summary>
public sealed class RestoredTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private const int Runs = 20;
    private const int Came = 12;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;
    private readonly byte[] _bytes = new byte[Runs * Mib];
    private readonly HandTimers _timers = new();

    public RestoredTests() => new Random(1).NextBytes(_bytes);

    private string Destination => Path.Join(_home, "downloads");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_paused_one_still_says_how_much_is_there()
    {
        var id = FetchPartly(
            "a.bin",
            node => Assert.True(node.Downloader.Pause(node.Downloader.List()[0].Row.Id))
        );
        using var node = new OneNode(_home, Nobody());
        Wait(() => node.Downloader.Find(id)!.BytesStored == Came * Mib);
        Assert.Equal(TransferState.Paused, node.Downloader.Find(id)!.Row.State);
    }

    [Fact]
    public void A_cancel_that_was_cut_off_is_ended_at_the_next_start()
    {
        var id = FetchPartly("a.bin");
        using (var store = OneNode.Store(_home))
            store.SetState(id, TransferState.Cancelled, null, null);
        Assert.Single(Directory.GetFileSystemEntries(Destination));
        using (var node = new OneNode(_home, Nobody()))
        {
            Wait(() => Directory.GetFileSystemEntries(Destination).Length == 0);
            Assert.Null(node.Downloader.Find(id));
        }

        using var left = OneNode.Store(_home);
        Assert.Empty(left.List());
        Assert.Null(left.FileOf(id, 0));
    }

    [Fact]
    public void What_was_cancelled_while_its_disk_was_away_is_removed_when_that_is_back()
    {
        var id = FetchPartly("a.bin");
        var part = Path.Join(Destination, "a.bin.friendnet-part");
        var away = Path.Join(_home, "away");
        File.Move(part, away);
        using (var node = new OneNode(_home, Nobody()))
        {
            Wait(() => node.Downloader.Find(id)!.Row.State == TransferState.Paused);
            Assert.True(node.Downloader.Cancel(id));
            // Its name is no other's meanwhile.
            var content = new ContentId(MemoryFriend.RootOf(_bytes), _bytes.Length);
            var other = node.Downloader.StartFile("a.bin", content, Destination);
            Assert.False(File.Exists(part));
            Assert.True(node.Downloader.Cancel(other));
        }

        File.Move(away, part);
        using (var node = new OneNode(_home, Nobody()))
            Wait(() => Directory.GetFileSystemEntries(Destination).Length == 0);
        using var left = OneNode.Store(_home);
        Assert.Empty(left.List());
    }

    [Fact]
    public void What_is_to_be_hashed_again_does_not_hold_up_the_others()
    {
        var first = FetchPartly("a.bin");
        Array.Reverse(_bytes);
        var second = FetchPartly("b.bin");
        var part = Path.Join(Destination, "a.bin.friendnet-part");
        using (var file = File.OpenWrite(part))
            file.Write([1, 2, 3]);
        using var node = new OneNode(_home, Nobody());
        Wait(() => node.Begun.Count == 2);
        Assert.Equal([second, first], node.Begun);
        Assert.Equal((Came - 1) * Mib, node.Downloader.Find(first)!.BytesStored);
    }

    [Fact]
    public void A_disk_that_was_away_and_is_back_lets_it_go_on_by_itself()
    {
        var id = FetchPartly("a.bin");
        var away = Path.Join(_home, "away");
        Directory.Move(Destination, away);
        using var friend = new MemoryFriend();
        friend.Add(_bytes);
        using var node = new OneNode(_home, friend, _timers);
        Wait(() => node.Downloader.Find(id)!.Row.State == TransferState.Paused);
        Assert.Contains("is gone", node.Downloader.Find(id)!.Why, StringComparison.Ordinal);
        // Nothing is begun anew in what stands in its place, and it looks ever more rarely.
        for (var look = 0; look < 8; look++)
        {
            Wait(() => _timers.Waits.Length == 1);
            var longest = Math.Min(Limits.DiskRetrySecondsMin << look, Limits.DiskRetrySecondsMax);
            var wait = _timers.Waits[0].TotalSeconds;
            Assert.InRange(wait, longest / 2.0, longest);
            _timers.Run();
        }

        Wait(() => _timers.Waits.Length == 1);
        Assert.Empty(Directory.GetFileSystemEntries(Destination));
        Directory.Delete(Destination);
        Directory.Move(away, Destination);
        _timers.Run();
        Wait(() => node.Downloader.Find(id)!.Row.State == TransferState.Done);
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        Assert.Equal(Runs - Came, friend.SlicesSent);
    }

    [Fact]
    public void What_its_user_paused_stays_paused()
    {
        var id = FetchPartly(
            "a.bin",
            node => Assert.True(node.Downloader.Pause(node.Downloader.List()[0].Row.Id))
        );
        using var node = new OneNode(_home, Nobody(), _timers);
        Wait(() => node.Downloader.Find(id)!.BytesStored == Came * Mib);
        Assert.Empty(_timers.Waits);
    }

    [Fact]
    public void What_is_being_fetched_is_not_fetched_twice()
    {
        var content = Nobody().Add(_bytes);
        using var node = new OneNode(_home, Nobody());
        var id = node.Downloader.StartFile("a.bin", content, node.Destination);
        Assert.Equal(id, node.Downloader.StartFile("a.bin", content, node.Destination));
        Assert.True(node.Downloader.Pause(id));
        Assert.Equal(id, node.Downloader.StartFile("a.bin", content, node.Destination));
        Assert.Equal(TransferState.Running, node.Downloader.Find(id)!.Row.State);
        OfferedFile[] files = [new("a", content)];
        var folder = node.Downloader.StartFolder("a.bin", files, node.Destination);
        Assert.NotEqual(id, folder);
        Assert.Equal(folder, node.Downloader.StartFolder("a.bin", files, node.Destination));
        files = [new("b", content)];
        Assert.NotEqual(folder, node.Downloader.StartFolder("a.bin", files, node.Destination));
        var quiet = node.Downloader.StartFile("a.bin", content, node.Destination, isQuiet: true);
        Assert.NotEqual(id, quiet);
        Assert.NotEqual(id, node.Downloader.StartFile("a.bin", content, node.Home));
    }

    private static MemoryFriend Nobody()
    {
        var nobody = new MemoryFriend();
        nobody.Leave();
        return nobody;
    }

    private TransferId FetchPartly(string name, Action<OneNode>? before = null)
    {
        using var friend = new MemoryFriend();
        using var came = new ManualResetEventSlim();
        using var node = new OneNode(_home, friend);
        var content = friend.Add(_bytes);
        friend.Before = run =>
        {
            if (run.Id != content || run.Run != Came)
                return;
            friend.Leave();
            came.Set();
        };
        var id = node.Downloader.StartFile(name, content, node.Destination);
        Assert.True(came.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Wait(() => node.Downloader.Find(id)!.BytesStored == Came * Mib);
        before?.Invoke(node);
        return id;
    }

    /// <summary>For what has no event: looks again, and not for ever.</summary>
    private static void Wait(Func<bool> until) =>
        Assert.True(SpinWait.SpinUntil(until, TimeSpan.FromSeconds(30)));
}
