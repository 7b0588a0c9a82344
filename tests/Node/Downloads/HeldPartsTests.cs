using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>What came is given to others, proved, and only while it is what came.</summary>
public sealed class HeldPartsTests : IDisposable
{
    private const int Runs = 9;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;
    private readonly byte[] _bytes = new byte[((Runs - 1) * MerkleTree.RunBytes) + 777];

    public HeldPartsTests() => new Random(5).NextBytes(_bytes);

    [Fact]
    public void Of_a_transfer_under_way_what_is_stored_is_given_also_after_a_restart()
    {
        ContentId id;
        using (var friend = new MemoryFriend())
        {
            id = friend.Add(_bytes);
            using var node = new OneNode(_home, friend);
            using var came = new ManualResetEventSlim();
            friend.Before = run =>
            {
                if (run.Run >= 5)
                {
                    came.Set();
                    friend.Leave();
                }
            };
            var transfer = node.Downloader.StartFile("a", id, node.Destination);
            Assert.True(came.Wait(60_000, TestContext.Current.CancellationToken));
            Until(() => node.Downloader.Find(transfer)!.BytesStored >= 5 * MerkleTree.RunBytes);
            Check(node, id, Enumerable.Range(0, 5), [7, 8]);
        }

        using var other = new MemoryFriend();
        other.Leave();
        using var again = new OneNode(_home, other);
        Until(() => again.Downloader.Holds(id));
        Check(again, id, Enumerable.Range(0, 5), [7, 8]);
    }

    [Fact]
    public void Of_one_that_is_done_all_is_given_until_it_is_changed_or_off_the_list()
    {
        ContentId id;
        using (var friend = new MemoryFriend())
        {
            id = friend.Add(_bytes);
            using var node = new OneNode(_home, friend);
            node.WaitFor(node.Downloader.StartFile("a", id, node.Destination));
            Check(node, id, Enumerable.Range(0, Runs), []);
        }

        using (var node = new OneNode(_home, new MemoryFriend()))
        {
            Until(() => node.Downloader.Holds(id));
            Check(node, id, Enumerable.Range(0, Runs), []);
            using (var file = File.OpenWrite(node.PathOf("a")))
            {
                file.Position = 3 * MerkleTree.RunBytes;
                file.WriteByte((byte)(_bytes[3 * MerkleTree.RunBytes] ^ 1));
            }

            Check(node, id, [0], [3]);
            Assert.False(node.Downloader.Holds(id));
        }

        using var last = new OneNode(_home, new MemoryFriend());
        Until(() => last.Downloader.Holds(id));
        last.Downloader.Clear();
        Check(last, id, [], [0]);
    }

    [Fact]
    public void Small_files_of_a_folder_are_given_and_nothing_of_what_is_quiet()
    {
        using var friend = new MemoryFriend();
        var (small, quiet) = (friend.Add(_bytes[..1000]), friend.Add(_bytes[..2000]));
        using var node = new OneNode(_home, friend);
        node.WaitFor(node.Downloader.StartFolder("f", [new("x/y", small)], node.Destination));
        node.WaitFor(node.Downloader.StartFile("q", quiet, node.Destination, isQuiet: true));
        var space = new byte[1000];
        Assert.Empty(node.Downloader.TryRead(new(small, 0), space)!);
        Assert.Equal(_bytes[..1000], space);
        Assert.False(node.Downloader.Holds(quiet));
        Assert.Null(node.Downloader.TryRead(new(quiet, 0), new byte[2000]));
        Assert.True(Assert.Single(node.Downloader.List(), one => one.Row.Name == "q").Row.IsQuiet);
    }

    [Fact]
    public void One_of_two_copies_is_enough_whichever_goes()
    {
        using var friend = new MemoryFriend();
        var id = friend.Add(_bytes);
        using var node = new OneNode(_home, friend);
        foreach (var name in (string[])["a", "b", "c"])
            node.WaitFor(node.Downloader.StartFile(name, id, node.Destination));
        File.Delete(node.PathOf("b"));
        Assert.Single(node.Downloader.Clear(keep: 2));
        Check(node, id, Enumerable.Range(0, Runs), []);
        File.Delete(node.PathOf("c"));
        Check(node, id, [], [0]);
        Assert.False(node.Downloader.Holds(id));
    }

    [Fact]
    public void Of_a_folder_a_file_that_was_changed_takes_no_other_with_it()
    {
        using var friend = new MemoryFriend();
        var (one, other) = (friend.Add(_bytes[..1000]), friend.Add(_bytes));
        using var node = new OneNode(_home, friend);
        OfferedFile[] files = [new("x/one", one), new("other", other)];
        node.WaitFor(node.Downloader.StartFolder("f", files, node.Destination));
        File.WriteAllText(Path.Combine(node.PathOf("f"), "x", "one"), "edited");
        Assert.Null(node.Downloader.TryRead(new(one, 0), new byte[1000]));
        Assert.False(node.Downloader.Holds(one));
        Check(node, other, Enumerable.Range(0, Runs), []);
    }

    [Fact]
    public void Masses_of_small_ones_done_and_under_way_leave_a_large_one_its_place()
    {
        using var friend = new MemoryFriend();
        var (first, last) = (friend.Add(_bytes[..1000]), friend.Add(_bytes));
        using var node = new OneNode(_home, friend);
        node.WaitFor(node.Downloader.StartFile("a", first, node.Destination));
        Assert.True(node.Downloader.Holds(first));
        var files = Enumerable.Range(2000, Limits.HoldingsMax).Select(NobodyHas);
        node.Downloader.StartFolder("b", [.. files], node.Destination);
        Assert.False(node.Downloader.Holds(first));
        Assert.True(node.Downloader.Holds(NobodyHas(2000).Id));
        node.WaitFor(node.Downloader.StartFile("c", last, node.Destination));
        Check(node, last, Enumerable.Range(0, Runs), []);
        Assert.False(node.Downloader.Holds(NobodyHas(2000).Id));
        Assert.True(node.Downloader.Holds(NobodyHas(2001).Id));

        static OfferedFile NobodyHas(int bytes) =>
            new($"{bytes}", new(MemoryFriend.RootOf(BitConverter.GetBytes(bytes)), bytes));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private void Check(OneNode node, ContentId id, IEnumerable<int> here, IEnumerable<int> absent)
    {
        foreach (var run in here)
        {
            var wanted = new RunOfContent(id, run);
            var space = new byte[wanted.Bytes];
            var proof = node.Downloader.TryRead(wanted, space);
            Assert.True(proof is not null, $"run {run}");
            Assert.True(new SliceCheck().IsGood(wanted, space, proof));
            Assert.True(
                _bytes.AsSpan(run * MerkleTree.RunBytes, wanted.Bytes).SequenceEqual(space)
            );
        }

        foreach (var run in absent)
        {
            var wanted = new RunOfContent(id, run);
            Assert.Null(node.Downloader.TryRead(wanted, new byte[wanted.Bytes]));
        }
    }

    private static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)));
}
