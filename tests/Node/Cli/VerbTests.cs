using System.Text.Json;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Demo;
using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>The verbs on nodes that run: what they answer, and how they fail.</summary>
public sealed class VerbTests : IAsyncLifetime
{
    private Person _alice = null!;
    private Person _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await Person.Start("Alice");
        _bob = await Person.Start("Bob");
    }

    public async ValueTask DisposeAsync()
    {
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task AnInvitationIsListedUsedAndCannotBeRevokedThen()
    {
        var made = (await _alice.Ok("invite", "create", "--note", "for Bob", "--json")).Json;
        var (id, link) = (Text(made, "id"), Text(made, "link"));
        Assert.StartsWith("friendnet:", link, StringComparison.Ordinal);
        Assert.Equal("open", Text((await _alice.Ok("invite", "list", "--json")).Json[0], "state"));
        Assert.DoesNotContain(
            link,
            (await _alice.Ok("invite", "list", "--json")).Output,
            StringComparison.Ordinal
        );

        await _bob.Ok("friend", "add", link, "--name", "Ali");
        Assert.Equal("Ali", Text((await _bob.Ok("friend", "list", "--json")).Json[0], "name"));
        var used = (await _alice.Ok("invite", "list", "--json")).Json[0];
        Assert.Equal(("used", "Bob"), (Text(used, "state"), Text(used, "friend")));
        await _alice.Fails(FailureKind.NotFound, "invite", "revoke", id);
    }

    [Fact]
    public async Task BadInvitationsAreOneKindOfFailure()
    {
        var made = (await _alice.Ok("invite", "create", "--json")).Json;
        var link = Text(made, "link");
        await _bob.Fails(FailureKind.Invitation, "friend", "add", "hello");
        await _bob.Fails(FailureKind.Invitation, "friend", "add", link[..^9]);
        await _alice.Fails(FailureKind.Invitation, "friend", "add", link);
        await _alice.Fails(FailureKind.Usage, "invite", "create", "--expires", "9999d");
        await _alice.Fails(FailureKind.Usage, "invite", "create", "--address", "nowhere");
        await _alice.Ok("invite", "revoke", Text(made, "id"));
        await _alice.Fails(FailureKind.NotFound, "invite", "revoke", Text(made, "id"));
    }

    [Fact]
    public async Task AFriendIsShownRenamedComparedAndRemoved()
    {
        await _alice.Befriend(_bob);
        await _bob.Ok("friend", "rename", "Alice", "A. Liddell");
        Assert.Equal("online", Text(await Shown("A. Liddell"), "state"));
        await _bob.Fails(FailureKind.NotFound, "friend", "show", "Alice");
        var hers = (await _alice.Ok("friend", "verify", "Bob", "--json")).Json;
        var his = (await _bob.Ok("friend", "verify", "A. Liddell", "--json")).Json;
        Assert.Equal(60, Text(hers, "digits").Length);
        Assert.Equal(Text(hers, "digits"), Text(his, "digits"));

        await _alice.Ok("peer", "ping", "Bob");
        var peer = (await _alice.Ok("peer", "show", "Bob", "--json")).Json;
        Assert.Equal("online", Text(peer, "state"));
        Assert.True(peer.GetProperty("roundTripMilliseconds").GetDouble() > 0);

        await _alice.Ok("friend", "remove", "Bob");
        Assert.Equal(0, (await _alice.Ok("friend", "list", "--json")).Json.GetArrayLength());
        await _bob.Until(one => Text(one, "state") == "offline", "friend", "show", "A. Liddell");
        await _bob.Fails(FailureKind.Unreachable, "peer", "ping", "A. Liddell");

        async Task<JsonElement> Shown(string name) =>
            (await _bob.Ok("friend", "show", name, "--json")).Json;
    }

    [Fact]
    public async Task WhatCannotBeSharedIsSaid()
    {
        var file = _alice.File("music/a.mp3");
        var folder = Path.GetDirectoryName(file)!;
        await _alice.Fails(FailureKind.Usage, "share", "add", file);
        await _alice.Fails(FailureKind.NotFound, "share", "add", folder + "-not");
        await _alice.Fails(FailureKind.Usage, "share", "add", _alice.Home.Folder);
        // By inode: neither another name for the home nor what is in it.
        var link = folder + "-link";
        Directory.CreateSymbolicLink(link, _alice.Home.Folder);
        await _alice.Fails(FailureKind.Usage, "share", "add", link);
        Directory.CreateDirectory(Path.Combine(_alice.Home.Folder, "deep", "er"));
        await _alice.Fails(FailureKind.Usage, "share", "add", Path.Combine(link, "deep", "er"));
        var aside = Path.Combine(folder, "..", Path.GetFileName(link), "deep");
        await _alice.Fails(FailureKind.Usage, "share", "add", aside);
        await _alice.Fails(FailureKind.Usage, "share", "add", folder, "--name", "a/b");
        await _alice.Fails(FailureKind.NotFound, "share", "add", folder, "--for", "Carol");
        await _alice.Ok("share", "add", folder);
        await _alice.Fails(FailureKind.Exists, "share", "add", folder);
        await _alice.Fails(FailureKind.NotFound, "share", "rescan", "musik");
        await _alice.Ok("share", "rescan", "music");
        await _alice.Ok("share", "remove", "music");
        Assert.Equal(0, (await _alice.Ok("share", "list", "--json")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("music")]
    [InlineData("/mu\0sic")]
    public async Task TheApiTakesNoPathThatDependsOnWhereTheDaemonStands(string path)
    {
        var api = new ApiClient(_alice.Home);
        var cancel = TestContext.Current.CancellationToken;
        var (share, transfer) = (ContractJson.Default.Share, ContractJson.Default.Transfer);
        var shared = await Assert.ThrowsAsync<FailureException>(() =>
            api.Post("/shares", new(path), ContractJson.Default.NewShare, share, cancel)
        );
        var what = $"friendnet:file/{new string('a', 64)}-5/a";
        var wanted = new NewTransfer(what, path);
        var fetched = await Assert.ThrowsAsync<FailureException>(() =>
            api.Post("/transfers", wanted, ContractJson.Default.NewTransfer, transfer, cancel)
        );
        Assert.Equal((FailureKind.Usage, FailureKind.Usage), (shared.Kind, fetched.Kind));
    }

    [Fact]
    public async Task AShareForOneIsSeenByThatOneOnly()
    {
        await _alice.Befriend(_bob);
        await using var carol = await Person.Start("Carol");
        await _alice.Befriend(carol);
        _alice.File("all/x.txt");
        _alice.File("some/deep/y.txt");
        await _alice.Ok("share", "add", _alice.Folder("all"));
        await _alice.Ok("share", "add", _alice.Folder("some"), "--for", "Bob");

        Assert.Equal(["all", "some"], await Names(_alice, "share", "view-as", "Bob"));
        Assert.Equal(["all"], await Names(_alice, "share", "view-as", "Carol"));
        Assert.Equal(["deep"], await Names(_alice, "share", "view-as", "Bob", "some"));
        await _bob.Until(all => all.GetArrayLength() == 2, "browse", "Alice");
        await carol.Until(all => all.GetArrayLength() == 1, "browse", "Alice");
        Assert.Equal(["y.txt"], await Names(_bob, "browse", "Alice", "some/deep"));
        await carol.Fails(FailureKind.NotFound, "browse", "Alice", "some");
        Assert.Equal(0, (await carol.Ok("search", "y.txt", "--json")).Json.GetArrayLength());
    }

    [Fact]
    public async Task AResultIsFetchedByItsNumber()
    {
        await _alice.Befriend(_bob);
        _alice.File("books/one/a.txt", "first");
        _alice.File("books/one/b.txt", "second");
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Fails(FailureKind.NotFound, "get", "1");
        var hit = (await _bob.Until(all => all.GetArrayLength() > 0, "search", "one"))[0];
        Assert.Equal(("folder", 2), (Text(hit, "kind"), hit.GetProperty("files").GetInt64()));
        Assert.Equal(("Alice", 1), Source(hit));

        var into = _bob.Folder("into/new");
        var got = (await _bob.Ok("get", "1", "-o", into, "--json")).Json;
        Assert.Equal(("done", Path.Combine(into, "one")), (Text(got, "state"), Text(got, "into")));
        Assert.Equal("second", File.ReadAllText(Path.Combine(into, "one", "b.txt")));
        var id = $"{got.GetProperty("id")}";
        await _bob.Fails(FailureKind.Usage, "transfer", "pause", id);
        await _bob.Ok("transfer", "watch", id);
        await _bob.Fails(FailureKind.NotFound, "get", "aaaaaaaaaaaaaaaa");
        await _bob.Fails(FailureKind.NotFound, "transfer", "show", "99");
        await _bob.Fails(FailureKind.Disk, "get", "1", "-o", "/proc/nowhere");

        static (string, int) Source(JsonElement hit)
        {
            var source = hit.GetProperty("sources")[0];
            return (Text(source, "via"), source.GetProperty("hops").GetInt32());
        }
    }

    [Fact]
    public async Task WithoutASourceItWaitsAndCanBePausedResumedAndCancelled()
    {
        await _alice.Befriend(_bob);
        _alice.File("books/a.txt", new string('x', 100_000));
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "a.txt");
        await _alice.Ok("friend", "remove", "Bob");
        await _bob.Until(one => Text(one, "state") == "offline", "friend", "show", "Alice");

        var said = await _bob.Say("get", "1", "--patience", "0", "--json");
        Assert.Equal((int)FailureKind.NoSource, said.Code);
        Assert.Equal("no-source", Text(said.Json, "code"));
        var id = $"{said.Json.GetProperty("id")}";
        await _bob.Ok("transfer", "pause", id);
        var watched = await _bob.Say("transfer", "watch", id);
        Assert.Equal((int)FailureKind.Cancelled, watched.Code);
        await _bob.Ok("transfer", "resume", id);
        await _bob.Ok("transfer", "cancel", id);
        await _bob.Fails(FailureKind.NotFound, "transfer", "show", id);
    }

    [Fact]
    public async Task HostileNamesDoNotReachTheTerminal()
    {
        await _alice.Befriend(_bob);
        _alice.File("books/gpj.\u202Eexe");
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "gpj");
        foreach (
            var words in (string[][])
                [
                    ["browse", "Alice", "books"],
                    ["search", "gpj"],
                ]
        )
        {
            var shown = (await _bob.Ok(words)).Output;
            Assert.Contains(@"gpj.\u{202E}exe", shown, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202E', shown);
            var json = (await _bob.Ok([.. words, "--json"])).Output;
            Assert.DoesNotContain('\u202E', json);
        }
    }

    [Fact]
    public async Task FriendsAreCompletedByName()
    {
        await _alice.Befriend(_bob);
        using var output = new StringWriter();
        var line = $"friendnet --home {_bob.Home.Folder} friend show ";
        var code = await new CommandLine(DemoVerb.Build).Run(
            [$"[suggest:{line.Length}]", line],
            output,
            TextWriter.Null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(0, code);
        Assert.Contains("Alice", output.ToString().Split('\n'));
    }

    private static async Task<string[]> Names(Person person, params string[] words) =>
        [
            .. (await person.Ok([.. words, "--json"]))
                .Json.EnumerateArray()
                .Select(entry => Text(entry, "name"))
                .Order(StringComparer.Ordinal),
        ];

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString()!;
}
