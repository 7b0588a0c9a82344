using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>
/// group, share add --audience, share audience, share view-as, and wrong words of reach, search
/// and browse: Alice with two friends.
/// </summary>
public sealed class GroupVerbTests : IAsyncLifetime
{
    private Person _alice = null!;
    private Person _bob = null!;
    private Person _carol = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await Person.Start("Alice");
        _bob = await Person.Start("Bob");
        _carol = await Person.Start("Carol");
        await _alice.Befriend(_bob);
        await _alice.Befriend(_carol);
    }

    public async ValueTask DisposeAsync()
    {
        await _carol.DisposeAsync();
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task AGroupIsMadeFilledShownAndDeleted()
    {
        Assert.Equal("family has no members yet.", await Told("group", "create", "family"));
        Assert.Equal("family: Bob, Carol.", await Told("group", "add", "family", "Bob", "Carol"));
        // Again is no mistake.
        Assert.Equal("family: Bob, Carol.", await Told("group", "add", "family", "Bob"));
        await _alice.Ok("share", "add", _alice.Folder("Holiday"), "--audience", "group:family");
        Assert.Equal("family\tBob, Carol\tHoliday", await Told("group", "list"));
        Assert.Equal("family: Carol.", await Told("group", "remove", "family", "Bob"));
        Assert.Equal(
            "family has no members now.",
            await Told("group", "remove", "family", "Carol")
        );
        Assert.Equal("family is no group any more.", await Told("group", "delete", "family"));
        Assert.Equal("", await Told("group", "list"));
        Assert.Contains("Nobody may see it", await Told("share", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewcomerJoinsTheGroupOfItsInvitation()
    {
        await _alice.Ok("group", "create", "family");
        var made = await _alice.Ok("invite", "create", "--group", "family", "--json");
        await using var dave = await Person.Start("Dave");
        await dave.Ok("friend", "add", made.Json.GetProperty("link").GetString()!);
        Assert.Equal("family\tDave\t", await Told("group", "list"));
        await _alice.Fails(FailureKind.NotFound, "invite", "create", "--group", "famly");
    }

    [Theory]
    [InlineData(FailureKind.Usage, "group")]
    [InlineData(FailureKind.Usage, "group create")]
    [InlineData(FailureKind.Usage, "group add")]
    [InlineData(FailureKind.Usage, "group add family")]
    [InlineData(FailureKind.Usage, "group remove family")]
    [InlineData(FailureKind.Usage, "group rename family kin")]
    [InlineData(FailureKind.Usage, "group create _")]
    [InlineData(FailureKind.Usage, "group create a\u001bb")]
    [InlineData(FailureKind.Exists, "group create family")]
    [InlineData(FailureKind.NotFound, "group add famly Bob", "Did you mean \"family\"?")]
    [InlineData(FailureKind.NotFound, "group add family Bobb", "Did you mean \"Bob\"?")]
    [InlineData(FailureKind.NotFound, "group add family Bob Nobody", "\"Nobody\"")]
    [InlineData(FailureKind.NotFound, "group remove family Nobody")]
    [InlineData(FailureKind.NotFound, "group delete kin")]
    [InlineData(FailureKind.NotFound, "group delete ..")]
    [InlineData(FailureKind.NotFound, "group delete a/b")]
    public async Task WhatIsNoGroupIsSaid(FailureKind kind, string words, string said = "")
    {
        await _alice.Ok("group", "create", "family");
        // _ stands for nothing at all.
        string[] all = [.. words.Split(' ').Select(word => word == "_" ? "" : word)];
        Assert.Contains(said, await _alice.Fails(kind, all), StringComparison.Ordinal);
        // Nobody came in, not even of several.
        Assert.Equal("family\t\t", await Told("group", "list"));
    }

    [Fact]
    public async Task ALongNameIsNoGroup() =>
        await _alice.Fails(FailureKind.Usage, "group", "create", new string('x', 65));

    [Theory]
    [InlineData("friends", "friends", "Bob Carol")]
    [InlineData("friend:Bob", "friend:Bob", "Bob")]
    [InlineData("group:family", "group:family", "Carol")]
    [InlineData("circle", "circle", "Bob Carol circle")]
    [InlineData("group:family friend:Bob", "friend:Bob, group:family", "Bob Carol")]
    [InlineData("friend:Bob circle", "circle, friend:Bob", "Bob Carol circle")]
    [InlineData("friend:Bob friend:Bob", "friend:Bob", "Bob")]
    public async Task EachAudienceIsTakenShownAndObeyed(string terms, string shown, string who)
    {
        await _alice.Ok("group", "create", "family");
        await _alice.Ok("group", "add", "family", "Carol");
        _alice.File("Holiday/beach.jpg");
        string[] flags = [.. terms.Split(' ').SelectMany(term => new[] { "--audience", term })];
        var said = await Told(["share", "add", _alice.Folder("Holiday"), .. flags]);

        Assert.Equal($"Holiday is shared with {shown}: 1 file, 4 B.", said);
        var listed = (await _alice.Ok("share", "list", "--json")).Json[0];
        Assert.Equal(
            shown.Split(", "),
            listed.GetProperty("audience").EnumerateArray().Select(term => term.GetString())
        );
        foreach (var viewer in (string[])["Bob", "Carol", "circle"])
        {
            var seen = await Told("share", "view-as", viewer == "circle" ? "--circle" : viewer);
            var rows = who.Split(' ').Contains(viewer) ? "Holiday/\t4 B\t1\tAlice" : "";
            Assert.StartsWith(rows, seen, StringComparison.Ordinal);
            Assert.Equal(rows.Length == 0, seen.Length == 0);
        }
    }

    [Fact]
    public async Task AnAudienceChanges()
    {
        _alice.File("Holiday/beach.jpg");
        await _alice.Ok("share", "add", _alice.Folder("Holiday"), "--for", "Bob");
        var said = await Told("share", "audience", "Holiday", "circle", "friend:Carol");
        Assert.Equal("Holiday is shared with circle, friend:Carol: 1 file, 4 B.", said);
        await _bob.Until(found => found.GetArrayLength() == 1, "search", "beach");

        await _alice.Ok("share", "audience", "Holiday", "friend:Carol");
        await _bob.Until(found => found.GetArrayLength() == 0, "search", "beach");
        Assert.Equal("beach.jpg", (await Told("share", "view-as", "Carol", "Holiday"))[..9]);
        Assert.Equal("", await Told("share", "view-as", "--circle"));
    }

    [Theory]
    [InlineData(FailureKind.Usage, "everyone", "write friends, circle, friend:NAME or group:NAME")]
    [InlineData(FailureKind.Usage, "Friends", "\"Friends\" is no audience")]
    [InlineData(FailureKind.Usage, "_", "\"\" is no audience")]
    [InlineData(FailureKind.Usage, "friend", "is no audience")]
    [InlineData(FailureKind.NotFound, "friend:", "No friend is called \"\"")]
    [InlineData(FailureKind.NotFound, "friend:Bobb", "Did you mean \"Bob\"?")]
    [InlineData(FailureKind.NotFound, "group:kin", "No group is called \"kin\"")]
    [InlineData(FailureKind.NotFound, "friend:bob", "Did you mean \"Bob\"?")]
    [InlineData(FailureKind.NotFound, "circle friend:Dave", "No friend is called \"Dave\"")]
    [InlineData(FailureKind.Usage, "circle \u202Efriends", "\\u{202E}")]
    public async Task AWrongAudienceSharesNothing(FailureKind kind, string terms, string sentence)
    {
        string[] all = [.. terms.Split(' ').Select(term => term == "_" ? "" : term)];
        string[] flags = [.. all.SelectMany(term => new[] { "--audience", term })];
        var folder = _alice.Folder("Holiday");
        var said = await _alice.Fails(kind, ["share", "add", folder, .. flags]);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.Equal("", await Told("share", "list"));

        await _alice.Ok("share", "add", folder, "--audience", "friend:Bob");
        await _alice.Fails(kind, ["share", "audience", "Holiday", .. all]);
        Assert.Contains("\tfriend:Bob\t", await Told("share", "list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureKind.Usage, "share add")]
    [InlineData(FailureKind.Usage, "share add Holiday --audience")]
    [InlineData(FailureKind.Usage, "share audience Holiday")]
    [InlineData(FailureKind.NotFound, "share audience Holidays circle")]
    [InlineData(FailureKind.Usage, "share view-as")]
    [InlineData(FailureKind.NotFound, "share view-as Nobody")]
    [InlineData(FailureKind.NotFound, "share view-as ..")]
    [InlineData(FailureKind.NotFound, "share view-as Bob Holidays")]
    [InlineData(FailureKind.NotFound, "share view-as Bob Holiday/beach.jpg")]
    [InlineData(FailureKind.NotFound, "share view-as --circle Bob")]
    [InlineData(FailureKind.Usage, "share view-as --circle Bob Holiday")]
    [InlineData(FailureKind.Usage, "share view-as Bob Holiday more")]
    [InlineData(FailureKind.Usage, "search")]
    [InlineData(FailureKind.Usage, "search ...", "no letter and no digit")]
    [InlineData(FailureKind.Usage, "search letter --limit 0", "--limit 0 shows nothing")]
    [InlineData(FailureKind.Usage, "search letter --limit -5", "--limit -5 shows nothing")]
    [InlineData(FailureKind.Usage, "search letter --limit few")]
    [InlineData(FailureKind.Usage, "search letter --limit 99999999999")]
    [InlineData(FailureKind.Usage, "search letter --way 2", "leave the dashes away")]
    [InlineData(FailureKind.Usage, "browse --circle Carol", "not both")]
    [InlineData(FailureKind.Usage, "reach Carol")]
    [InlineData(FailureKind.Usage, "reach --far", "is not known here")]
    [InlineData(FailureKind.NotFound, "browse Erin")]
    [InlineData(FailureKind.NotFound, "browse ~0123456789ab")]
    [InlineData(FailureKind.NotFound, "browse ~nonsense")]
    [InlineData(FailureKind.NotFound, "browse Carol Letters")]
    public async Task WrongWordsAreSaid(FailureKind kind, string words, string sentence = "")
    {
        _alice.File("Holiday/beach.jpg");
        await _alice.Ok("share", "add", _alice.Folder("Holiday"));
        var said = await _alice.Fails(kind, words.Split(' '));
        Assert.Contains(sentence, said, StringComparison.Ordinal);
    }

    private async Task<string> Told(params string[] words) =>
        (await _alice.Ok(words)).Output.TrimEnd('\n');
}
