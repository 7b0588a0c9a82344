using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using FriendNet.Tests.Node.Downloads;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Shares;
using Xunit;

namespace FriendNet.Tests.Node.Serving;

public sealed partial class ServerTests
{
    private const int Mib = 1024 * 1024;

    /// <summary>Blocks of a link that waits, at least: 4 MiB queued, one in hand.</summary>
    private const int FullLink = 5;
    private static readonly Rates Slow = new(10_000, null);
    private readonly byte[] _large = SeededBytes.Of((3 * Mib) + 777, 1);
    private readonly byte[] _small = SeededBytes.Of(5000, 2);

    [Fact]
    public void Runs_of_large_and_small_files_come_proven_and_in_order()
    {
        using var alice = new SharingSide(("large", _large), ("d/small", _small));
        using var bob = new Side("Bob");
        RunOfContent[] asked = [Run(alice, "d/small", 0), Run(alice, "large", 3)];
        Check(asked, Ask(bob, alice, asked), AnswerStep.Whole);
        for (var run = 0; run < 3; run++)
        {
            asked = [Run(alice, "large", run)];
            Check(asked, Ask(bob, alice, asked), AnswerStep.Whole);
        }
    }

    [Fact]
    public void What_a_friend_may_not_see_is_not_found()
    {
        using var alice = new SharingSide(("large", _large), ("small", _small));
        using var bob = new Side("Bob");
        RunOfContent[] asked = [Run(alice, "small", 0), Run(alice, "large", 3)];
        alice.IsVisible = false;
        Check(asked, Ask(bob, alice, asked), AnswerStep.NotFound);
        var unknown = asked[0] with { Id = new(asked[0].Id.Root, 4999) };
        alice.IsVisible = true;
        Check([unknown], Ask(bob, alice, [unknown]), AnswerStep.NotFound);
    }

    [Fact]
    public void What_is_taken_back_is_not_served_on_from_the_open_file()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        RunOfContent[] first = [Run(alice, "large", 0)];
        Check(first, Ask(bob, alice, first), AnswerStep.Whole);
        alice.IsVisible = false;
        alice.Server.Recheck();
        RunOfContent[] second = [Run(alice, "large", 1)];
        Check(second, Ask(bob, alice, second), AnswerStep.NotFound);
    }

    [Fact]
    public void What_a_friend_rightly_finds_wrong_is_looked_at_again()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var run = Run(alice, "large", 0);
        var leaves = new Request { Leaves = new() { Slice = run.ToRequest() } };
        Send(bob, alice, leaves, 0);
        Assert.Empty(alice.Changed);
        IndexedHome.Spoil(Path.Join(alice.Home.Share, "large"));
        Send(bob, alice, leaves, 0);
        Assert.Equal("large", Assert.Single(alice.Changed).Path);
    }

    /// <summary>So that a disk can be taken out, though the link stays.</summary>
    [Fact]
    public void A_file_is_closed_soon_after_it_was_asked_for_last()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        RunOfContent[] asked = [Run(alice, "large", 0)];
        Check(asked, Ask(bob, alice, asked), AnswerStep.Whole);
        var path = Path.Join(alice.Home.Share, "large");
        var open = new DirectoryInfo("/proc/self/fd");
        Until(() => open.GetFiles().All(one => one.LinkTarget != path));
        Assert.NotNull(bob.Our.Links.Find(alice.Side.Id));
    }

    [Fact]
    public void What_is_taken_back_ends_while_it_is_under_way()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var link = Linked(bob, alice);
        // The first go slowly, with their END behind them; one is in hand, the others are not.
        alice.Side.Our.Uploads.Set(Slow);
        var sinks = Ask(link, Fetch([Run(alice, "large", 0)]), 8);
        Until(() => alice.Blocks.Held >= FullLink && sinks[0].Pieces.Count >= 2);
        alice.IsVisible = false;
        alice.Server.Recheck();
        foreach (var sink in sinks)
        {
            Assert.Equal(FriendNet.Protocol.Wire.ResetCode.NotFound, sink.Wait());
            Assert.False(sink.HasEnded);
        }

        var came = sinks[0].Pieces.Where(piece => !piece.IsPart).Sum(p => p.Bytes.Length);
        Assert.InRange(came, 1, Mib - 1);
        Until(() => alice.Blocks.Held == 0);
    }

    [Fact]
    public void Little_is_served_while_large_ones_wait()
    {
        using var alice = new SharingSide(("large", _large), ("small", _small));
        using var bob = new Side("Bob");
        var link = Linked(bob, alice);
        alice.Side.Our.Uploads.Set(Slow);
        var waiting = Ask(link, Fetch([Run(alice, "large", 0)]), 20);
        Until(() => alice.Blocks.Held >= FullLink);
        // No limit holds these back.
        Send(
            bob,
            alice,
            new() { Leaves = new() { Slice = Run(alice, "small", 0).ToRequest() } },
            0
        );
        Assert.All(waiting, sink => Assert.False(sink.HasEnded));
    }

    [Fact]
    public void Who_may_see_it_still_gets_all_of_it()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var link = Linked(bob, alice);
        alice.Side.Our.Uploads.Set(Slow);
        RunOfContent[] asked = [Run(alice, "large", 1)];
        var sink = Assert.Single(Ask(link, Fetch(asked), 1));
        Until(() => sink.Pieces.Count >= 2);
        alice.Server.Recheck();
        alice.Side.Our.Uploads.Set(Rates.Unlimited);
        Assert.Null(sink.Wait());
        Check(asked, sink, AnswerStep.Whole);
    }

    [Fact]
    public void Who_grants_less_than_it_asks_for_is_not_served()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var sink = new Collected();
        Linked(bob, alice).Open(Fetch([Run(alice, "large", 0)]), 1, sink);
        sink.Wait();
        Assert.Empty(sink.Pieces);
        bob.Next<Input.LinkClosed>();
        Assert.Equal(0, alice.Blocks.Held);
    }

    [Fact]
    public void Many_that_take_nothing_hold_little_and_a_friend_is_served()
    {
        // So many that each holding what a link may would be more than all of them may.
        const int many = 16;
        // By then each holds 2, or less than 9 are free, which are for who holds none.
        const int settled = 48;
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var slow = Enumerable.Range(0, many).Select(i => new Side($"Slow {i}")).ToArray();
        var nothing = slow.ToDictionary(side => side.Id, _ => (long?)0);
        alice.Side.Our.Uploads.Set(Rates.Unlimited with { Others = nothing });
        foreach (var side in slow)
            Ask(Linked(side, alice), Fetch([Run(alice, "large", 0)]), Limits.LinkFetchesMax);
        Until(() => alice.Blocks.Held >= settled);
        for (var i = 0; i < Limits.ServedBlocksMax; i++)
        {
            RunOfContent[] asked = [Run(alice, "large", i % 3)];
            Check(asked, Ask(bob, alice, asked), AnswerStep.Whole);
        }

        Assert.InRange(alice.Blocks.Held, settled, Limits.ServedBlocksMax);
        Assert.All(slow, side => Assert.NotEmpty(side.Our.Links.All));
        foreach (var side in slow)
            side.Dispose();
    }

    [Fact]
    public void A_file_that_changed_while_it_is_open_is_refused_and_reported()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        RunOfContent[] first = [Run(alice, "large", 0)];
        RunOfContent[] second = [Run(alice, "large", 1)];
        Check(first, Ask(bob, alice, first), AnswerStep.Whole);
        using (var file = File.OpenWrite(Path.Join(alice.Home.Share, "large")))
        {
            file.Position = Mib;
            file.WriteByte(1);
        }

        var answer = Ask(bob, alice, second);
        var header = SliceHeader.Parser.ParseFrom(answer.Pieces[0].Bytes);
        Assert.NotEqual(SliceHeader.Types.Status.Ok, header.Status);
        Assert.True(alice.Changed.TryDequeue(out var changed));
        Assert.Equal("large", changed.Path);
    }

    [Fact]
    public void A_folder_and_a_file_go_from_disk_to_disk_over_a_real_link()
    {
        var files = Enumerable
            .Range(0, 500)
            .Select(i => ($"d{i % 9}/f{i}", SeededBytes.Of(i * 37, i)))
            .Append(("large", _large))
            .ToArray();
        using var alice = new SharingSide(files);
        using var bob = new Side("Bob");
        bob.Befriend(alice.Side);
        bob.Dialer.Dial(alice.Side.Id, [alice.Side.Address]);
        var link = bob.Opened();
        var home = Directory.CreateTempSubdirectory("friendnet").FullName;
        using (var node = new OneNode(home, Open, () => link.Close(CloseCode.Bye)))
        {
            var offered = alice.Files.Select(f => new OfferedFile(f.Path, new(f.Root, f.Size)));
            var id = node.Downloader.StartFolder("tree", [.. offered], node.Destination);
            Assert.Equal(TransferState.Done, node.WaitFor(id).State);
            foreach (var (path, bytes) in files)
                Assert.Equal(bytes, File.ReadAllBytes(Path.Join(node.PathOf("tree"), path)));
        }

        Directory.Delete(home, recursive: true);

        Action? Open(LinkId _, Request request, int credit, IStreamSink sink)
        {
            var stream = link.Open(request, credit, sink);
            return stream == default ? null : () => link.Cancel(stream);
        }
    }

    [Fact]
    public void Leaf_hashes_are_told()
    {
        using var alice = new SharingSide(("large", _large));
        using var bob = new Side("Bob");
        var run = Run(alice, "large", 2);
        var request = new Request { Leaves = new() { Slice = run.ToRequest() } };
        var answer = Send(bob, alice, request, 0);
        var hasher = new RunHasher();
        hasher.Begin(run.Id.Length, 2);
        hasher.Append(_large.AsSpan(2 * Mib, Mib));
        var told = Assert.Single(answer.Pieces).Bytes;
        Assert.Equal(MemoryMarshal.AsBytes(hasher.Leaves).ToArray(), told);
    }
}
