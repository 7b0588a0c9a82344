using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>Nothing is written outside the given place, nor over what stands there.</summary>
public sealed class DownloadPlaceTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Another_of_the_same_name_never_takes_the_place_of_one_that_waits()
    {
        var (one, other) = (SeededBytes.Of(3_000_000, 1), SeededBytes.Of(2_000_000, 2));
        ContentId nobodyHas = new(MemoryFriend.RootOf(one), one.Length);
        using (var node = new OneNode(_home, new MemoryFriend()))
            node.Downloader.StartFile("film", nobodyHas, node.Destination);

        using var friend = new MemoryFriend();
        using var again = new OneNode(_home, friend);
        var first = Assert.Single(again.Downloader.List()).Row;
        // What it had on disk, nothing yet, may be gone when it is taken up.
        File.Delete(again.PathOf(first.PartName));
        var id = again.Downloader.StartFile("film", friend.Add(other), again.Destination);
        Assert.NotEqual(first.PartName, again.Downloader.Find(id)!.Row.PartName);
        Assert.Equal(TransferState.Done, again.WaitFor(id).State);
        Assert.True(again.Downloader.Cancel(first.Id));
        Assert.Equal(other, File.ReadAllBytes(again.PathOf("film")));
    }

    [Fact]
    public void Nothing_that_exists_is_touched()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        File.WriteAllText(node.PathOf("a.bin"), "mine");
        File.WriteAllText(node.PathOf("a.bin.friendnet-part"), "mine too");
        var bytes = SeededBytes.Of(100_000);
        var id = node.Downloader.StartFile("a.bin", friend.Add(bytes), node.Destination);
        Assert.Equal(node.PathOf("a (2).bin"), node.WaitFor(id).Place);
        Assert.Equal("mine", File.ReadAllText(node.PathOf("a.bin")));
        Assert.Equal("mine too", File.ReadAllText(node.PathOf("a.bin.friendnet-part")));
        Assert.Equal(bytes, File.ReadAllBytes(node.PathOf("a (2).bin")));
    }

    [Fact]
    public void A_link_planted_in_the_staging_folder_is_not_followed()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var outside = Directory.CreateDirectory(Path.Join(_home, "outside")).FullName;
        var victim = Path.Join(outside, "victim");
        File.WriteAllText(victim, "untouched");
        using var planted = new ManualResetEventSlim();
        friend.Before = _ =>
        {
            if (planted.IsSet)
                return;
            var staging = node.PathOf("tree.friendnet-part");
            Directory.CreateSymbolicLink(Path.Join(staging, "sub"), outside);
            File.CreateSymbolicLink(Path.Join(staging, "flat"), victim);
            planted.Set();
        };
        var id = node.Downloader.StartFolder(
            "tree",
            [
                new("sub/victim", friend.Add(SeededBytes.Of(5000))),
                new("flat", friend.Add(SeededBytes.Of(3 * Mib))),
            ],
            node.Destination
        );
        var end = node.WaitFor(id);
        Assert.Equal(TransferState.Paused, end.State);
        Assert.NotNull(end.Why);
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.Single(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public void A_part_replaced_by_a_link_is_not_put_in_place()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var victim = Path.Join(_home, "victim");
        File.WriteAllText(victim, "untouched");
        friend.Before = run =>
        {
            var part = node.PathOf("a.bin.friendnet-part");
            if (run.Run != 5 || new FileInfo(part).LinkTarget is not null)
                return;
            File.Move(part, part + ".away");
            File.CreateSymbolicLink(part, victim);
        };
        var id = node.Downloader.StartFile(
            "a.bin",
            friend.Add(SeededBytes.Of(9 * Mib)),
            node.Destination
        );
        Assert.Equal(TransferState.Paused, node.WaitFor(id).State);
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.False(File.Exists(node.PathOf("a.bin")));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/x")]
    [InlineData("a/../../x")]
    public void Paths_that_lead_outside_are_refused_before_anything_is_made(string path)
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        Assert.Throws<DownloadRefusedException>(() =>
            node.Downloader.StartFolder("t", [new(path, friend.Add([1]))], node.Destination)
        );
        Assert.Empty(Directory.GetFileSystemEntries(node.Destination));
    }

    [Fact]
    public void Too_little_room_and_no_folder_are_said_before_anything_is_made()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var huge = new ContentId(friend.Add([1]).Root, 1L << 43);
        var room = Assert.Throws<DownloadRefusedException>(() =>
            node.Downloader.StartFile("a", huge, node.Destination)
        );
        Assert.Contains("free: make room", room.Message, Ordinal);
        var none = Assert.Throws<DownloadRefusedException>(() =>
            node.Downloader.StartFile("a", friend.Add([1]), node.PathOf("none"))
        );
        Assert.Contains("does not exist", none.Message, Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(node.Destination));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
