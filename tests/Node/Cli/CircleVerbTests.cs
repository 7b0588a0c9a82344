using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>reach, search and browse where circles overlap: Bob - {Carol, Dave} - Erin.</summary>
public sealed class CircleVerbTests : IAsyncLifetime
{
    private readonly List<Person> _all = [];
    private Person _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _bob = await Enter("Bob");
        var (carol, dave, erin) = (await Enter("Carol"), await Enter("Dave"), await Enter("Erin"));
        foreach (var between in (Person[])[carol, dave])
        {
            await _bob.Befriend(between);
            await between.Befriend(erin);
        }

        erin.File("Letters/first letter.txt");
        await erin.Ok("share", "add", erin.Folder("Letters"), "--audience", "circle");
        dave.File("Songs/a song.ogg", "la");
        await dave.Ok("share", "add", dave.Folder("Songs"), "--audience", "circle");
        await _bob.Until(
            found => found.GetArrayLength() == 1 && found[0].GetProperty("ways").GetInt32() == 2,
            "search",
            "letter.txt"
        );
        await _bob.Until(found => found.GetArrayLength() == 1, "search", "song.ogg");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _all)
            await one.DisposeAsync();
    }

    [Fact]
    public async Task SearchShowsEveryWay()
    {
        var found = (await _bob.Ok("search", "first", "letter")).Output;
        var row = Assert.Single(found.TrimEnd('\n').Split('\n')).Split('\t');

        Assert.Equal(["1", "first letter.txt", "4 B", "1"], row[..4]);
        Assert.Equal(
            ["Carol (2 steps)", "Dave (2 steps)"],
            row[4].Split(", ").Order(StringComparer.Ordinal)
        );
        Assert.Equal("2", row[5]);
        Assert.Contains(
            "Dave\t1",
            (await _bob.Ok("search", "song")).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ReachTellsHowFarAndHowTheyOverlap()
    {
        var lines = (await _bob.Ok("reach")).Output.TrimEnd('\n').Split('\n');

        Assert.Matches(@"^friends +2 people, 2 in reach now; 1 file, 2 B$", lines[0]);
        Assert.Matches(@"^their friends +1 person, 1 in reach now; 1 file, 4 B$", lines[1]);
        Assert.Matches(@"^oldest news +20\d\d-\d\d-\d\d$", lines[2]);
        Assert.Matches(
            "^through Carol +1 person; 1 file, 4 B; each reached by others too$",
            lines[3]
        );
        Assert.Matches(
            "^through Dave +1 person; 1 file, 4 B; each reached by others too$",
            lines[4]
        );
        Assert.Matches("^Carol and Dave +1 person in common$", lines[5]);
        Assert.Equal(6, lines.Length);

        // Without Dave only Carol leads there.
        await _bob.Ok("friend", "remove", "Dave");
        await _bob.Until(
            reach => reach.GetProperty("friends")[0].GetProperty("onlyThrough").GetInt32() == 1,
            "reach"
        );
        var less = (await _bob.Ok("reach")).Output;
        Assert.Contains("; 1 person and 1 file by nobody else", less, StringComparison.Ordinal);
        Assert.DoesNotContain("in common", less, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoHasNobodyReachesNobody()
    {
        var alone = await Enter("Alone");
        var lines = (await alone.Ok("reach")).Output.TrimEnd('\n').Split('\n');

        Assert.Matches("^friends +0 people, 0 in reach now; 0 files, 0 B$", lines[0]);
        Assert.Matches("^oldest news +none$", lines[2]);
        Assert.Equal(3, lines.Length);
        Assert.Empty((await alone.Ok("search", "letter")).Output);
    }

    [Fact]
    public async Task APseudonymCanBeWalkedThrough()
    {
        var row = (await _bob.Ok("browse", "--circle")).Output.TrimEnd('\n').Split('\t');
        Assert.Matches("^~[0-9a-f]{12}/$", row[0]);
        Assert.Equal(["4 B", "1"], row[1..3]);
        var owner = row[0][..^1];
        var found = (await _bob.Ok("search", "letter.txt", "--json")).Json[0];
        Assert.All(
            found.GetProperty("sources").EnumerateArray(),
            source => Assert.Equal(owner, source.GetProperty("owner").GetString())
        );
        var shown = (await _bob.Ok("browse", owner, "Letters")).Output;
        Assert.StartsWith("first letter.txt\t4 B\t1\t", shown, StringComparison.Ordinal);
        // Nothing tells who that is.
        Assert.DoesNotContain("Erin", (await _bob.Ok("browse")).Output, StringComparison.Ordinal);
        await _bob.Fails(FailureKind.NotFound, "browse", owner, "Lettres");
    }

    private async Task<Person> Enter(string name)
    {
        var person = await Person.Start(name);
        _all.Add(person);
        return person;
    }
}
