using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>A line of real daemons, A - B - C - D: what A shows its circle, and how far.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CircleTests
{
    [Fact]
    public async Task AFriendOfAFriendFindsItAndNobodyBeyond()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/wanderer.mkv", 200_000, seed: 1);
        scratch.File("diary/private.txt", 1_000, seed: 2);
        using var line = Line.Start(scratch);
        line.A.Ok("share", "add", Path.Combine(scratch, "films"), "--audience", "circle");
        line.A.Ok("share", "add", Path.Combine(scratch, "diary"));

        Assert.Equal([("a", 1, true)], await Sources(line.B, "wanderer"));
        Assert.Equal([("b", 2, true)], await Sources(line.C, "wanderer"));
        // What follows it reaches C, and D still has nothing: not even late.
        scratch.File("films/second.mkv", 100_000, seed: 3);
        Assert.Equal([("b", 2, true)], await Sources(line.C, "second.mkv"));
        Assert.Empty(await Found(line.D, "wanderer"));
        Assert.Empty(await Found(line.C, "private"));
        Assert.Single(await Found(line.B, "private"));
        // To a friend it is one friend's, whichever catalog it stands in.
        var a = line.B.Ok("friend", "show", "a", "--json").Json;
        Assert.Equal(3, a.GetProperty("files").GetInt64());
        Assert.Equal(301_000, a.GetProperty("bytes").GetInt64());

        // A is away: what is known stays.
        Assert.Equal(0, line.A.Stop());
        await line.B.Search("wanderer", hits => hits is [{ Sources: [{ Online: false }] }]);
        Assert.Equal([("b", 2, true)], await Sources(line.C, "wanderer"));
        // Nothing of it is fetched again after a restart: nobody who has it is there.
        Assert.Equal(0, line.B.Stop());
        line.C.Kill();
        line.C.Start();
        Assert.Equal([("b", 2, false)], await Sources(line.C, "wanderer"));
        line.B.Start();
        Assert.Equal([("b", 2, true)], await Sources(line.C, "wanderer", isOnline: true));

        // Withdrawn: gone everywhere.
        line.A.Start();
        line.A.Ok("share", "remove", "films");
        await line.C.Search("wanderer", hits => hits.Count == 0);
        await line.B.Search("wanderer", hits => hits.Count == 0);
    }

    [Fact]
    public async Task WhoIsAFriendAsWellIsThatFriend()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/wanderer.mkv", 200_000);
        using var line = Line.Start(scratch);
        // D hears of B's pseudonym from B and, two steps away, from C.
        LiveNode.Befriend(line.B, line.D);
        line.B.Ok("share", "add", Path.Combine(scratch, "films"), "--audience", "circle");
        Assert.Equal([("b", 1, true)], await Sources(line.D, "wanderer"));
        Assert.Equal([("b", 1, true)], await Sources(line.C, "wanderer"));
        Assert.Equal([("b", 1, true)], await Sources(line.A, "wanderer"));

        scratch.File("books/atlas.pdf", 100_000);
        line.A.Ok("share", "add", Path.Combine(scratch, "books"), "--audience", "circle");
        // C tells D nothing of A, which is two steps from C already.
        Assert.Equal([("b", 2, true)], await Sources(line.C, "atlas"));
        Assert.Equal([("b", 2, true)], await Sources(line.D, "atlas"));
    }

    private static async Task<IReadOnlyList<Hit>> Found(LiveNode node, string words) =>
        await node.Search(words, _ => true);

    private static async Task<(string Via, int Hops, bool Online)[]> Sources(
        LiveNode node,
        string words,
        bool isOnline = false
    )
    {
        var hits = await node.Search(
            words,
            hits =>
                hits is [{ Kind: "file", Sources.Count: > 0 } hit]
                && (!isOnline || hit.Sources.All(one => one.Online))
        );
        return [.. hits[0].Sources.Select(one => (one.Via, one.Hops, one.Online))];
    }

    private sealed class Line : IDisposable
    {
        private Line(Scratch scratch)
        {
            A = new LiveNode(scratch, "a");
            B = new LiveNode(scratch, "b");
            C = new LiveNode(scratch, "c");
            D = new LiveNode(scratch, "d");
        }

        internal LiveNode A { get; }

        internal LiveNode B { get; }

        internal LiveNode C { get; }

        internal LiveNode D { get; }

        internal static Line Start(Scratch scratch)
        {
            var line = new Line(scratch);
            LiveNode[] all = [line.A, line.B, line.C, line.D];
            foreach (var node in all)
                node.Start();
            foreach (var (one, next) in all.Zip(all[1..]))
                LiveNode.Befriend(one, next);
            return line;
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
            C.Dispose();
            D.Dispose();
        }
    }
}
