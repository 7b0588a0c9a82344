using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

// With a restart between the change and the end.
public sealed partial class ChangedPartTests
{
    /// <summary>As a lost write would leave it: the size is right, the bytes are zeros.</summary>
    [Fact]
    public void What_was_recorded_and_is_not_on_disk_is_neither_counted_nor_given()
    {
        var (id, left) = FetchPartly();
        using (var part = File.OpenWrite(Part))
        {
            var full = part.Length;
            part.SetLength(9 * Mib);
            part.SetLength(full);
        }

        var content = new ContentId(MemoryFriend.RootOf(_bytes), _bytes.Length);
        var silent = new MemoryFriend();
        silent.Leave();
        using (var node = new OneNode(_home, silent))
        {
            Wait(() => node.Downloader.Holds(content));
            Assert.Equal(9 * Mib, node.Downloader.Find(id)!.BytesStored);
            Assert.NotNull(node.Downloader.TryRead(new(content, 8), new byte[Mib]));
            Assert.Null(node.Downloader.TryRead(new(content, 9), new byte[Mib]));
        }

        var (state, sent) = GoOn(id);
        Assert.Equal((TransferState.Done, Runs - 9), (state, sent));
        Assert.True(left > 9);
    }

    /// <summary>What our next write does to the time of change must not hide it.</summary>
    [Fact]
    public void What_is_edited_while_it_arrives_is_found_after_a_restart_too()
    {
        var friend = new MemoryFriend();
        TransferId id;
        using (var more = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = run =>
            {
                if (run.Run == 12)
                {
                    Wait(() => node.Downloader.List()[0].BytesStored == 12 * Mib);
                    Scribble(Part, 3 * Mib);
                }
                else if (run.Run == 17)
                {
                    friend.Leave();
                    more.Set();
                }
            };
            id = node.Downloader.StartFile("a.bin", friend.Add(_bytes), node.Destination);
            Assert.True(more.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        var left = Recorded(id);
        Assert.True(left > 12);
        Assert.Equal((TransferState.Done, Runs - left + 1), GoOn(id));
    }

    [Fact]
    public void What_is_edited_between_the_look_at_the_start_and_the_next_write_is_found()
    {
        var (id, left) = FetchPartly();
        var friend = new MemoryFriend();
        friend.Add(_bytes);
        var isEdited = false;
        friend.Before = _ =>
        {
            if (!isEdited)
                Scribble(Part, 3 * Mib);
            isEdited = true;
        };
        using var node = new OneNode(_home, friend);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        Assert.Equal(Runs - left + 1, friend.SlicesSent);
    }

    [Fact]
    public void A_file_of_a_folder_edited_after_it_came_is_found_after_a_restart()
    {
        var friend = new MemoryFriend();
        var files = Enumerable.Range(0, 400).Select(i => SeededBytes.Of(9_000, i)).ToArray();
        var small = Path.Join(_home, "downloads", "tree.friendnet-part", "f2");
        TransferId id;
        using (var more = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = _ =>
            {
                if (friend.SlicesSent == 200)
                {
                    // Recorded, and others are after it.
                    Wait(() => Recorded(new(1)) >= 100);
                    Scribble(small, 100);
                }
                else if (friend.SlicesSent == 350)
                {
                    friend.Leave();
                    more.Set();
                }
            };
            var offered = files.Select((f, i) => new OfferedFile($"f{i}", friend.Add(f)));
            id = node.Downloader.StartFolder("tree", [.. offered], node.Destination);
            Assert.True(more.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        var left = Recorded(id);
        Assert.True(left > 200);
        var again = new MemoryFriend();
        foreach (var file in files)
            again.Add(file);
        using var restarted = new OneNode(_home, again);
        Assert.Equal(TransferState.Done, restarted.WaitFor(id).State);
        Assert.Equal(files[2], File.ReadAllBytes(restarted.PathOf("tree/f2")));
        Assert.Equal(files.Length - left + 1, again.SlicesSent);
    }
}
