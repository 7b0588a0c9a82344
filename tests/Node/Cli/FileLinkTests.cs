using System.Text.Json;
using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>A file's link from who shows it to who gets it; friends compared; history.</summary>
public sealed class FileLinkTests : IAsyncLifetime
{
    private Person _alice = null!;
    private Person _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await Person.Start("Alice");
        _bob = await Person.Start("Bob");
        await _alice.Befriend(_bob);
    }

    public async ValueTask DisposeAsync()
    {
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task WhatOneLinksTheOtherGetsByTheNameInTheLink()
    {
        var path = _alice.File("books/a & b: 1/ä 1%.txt", "what it says");
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "txt");
        var own = (await _alice.Ok("link", path)).Output.Trim();
        Assert.Matches("^friendnet:file/[0-9a-f]{64}-12/[!-~]+$", own);
        Assert.Equal(own, (await _bob.Ok("link", "1")).Output.Trim());
        var near = Path.GetRelativePath(Environment.CurrentDirectory, path);
        Assert.Equal(own, (await _alice.Ok("link", near)).Output.Trim());
        var id = Text((await _bob.Ok("search", "txt", "--json")).Json[0], "id");
        Assert.Equal(own, Text((await _bob.Ok("link", id, "--json")).Json, "link"));

        var into = _bob.Folder("into");
        await _bob.Ok("get", own, "-o", into);
        Assert.Equal("what it says", File.ReadAllText(Path.Combine(into, "ä 1%.txt")));
        var renamed = own[..(own.LastIndexOf('/') + 1)] + "other.txt";
        await _bob.Ok("get", $" {renamed}\n", "-o", into);
        Assert.True(File.Exists(Path.Combine(into, "other.txt")));
    }

    [Fact]
    public async Task EachKindOfLinkIsToldFromTheOthers()
    {
        var path = _alice.File("books/deep/a.txt");
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "deep");
        var link = (await _alice.Ok("link", path)).Output.Trim();
        var invitation = (await _alice.Ok("invite", "create", "--json")).Json;
        await Fails(FailureKind.Invitation, "`friendnet get`", "friend", "add", link);
        var (get, text) = ("`friendnet friend add`", Text(invitation, "link"));
        await Fails(FailureKind.Usage, get, "get", text);
        await Fails(FailureKind.Usage, "cut off", "get", link[..40]);
        await Fails(FailureKind.Usage, "cut off", "get", link + "/more");
        await Fails(FailureKind.Usage, "cut off", "get", link + "%2F..%2Fmore");
        await Fails(FailureKind.Usage, "is a folder", "link", "1");
        await Fails(FailureKind.NotFound, "in no share", "link", path);
        // It is no key: who is shown nothing by that name gets nothing by it.
        await _alice.Ok("share", "remove", "books");
        await _bob.Until(all => all.GetArrayLength() == 0, "search", "deep");
        var said = await _bob.Say("get", link, "--patience", "0");
        Assert.Equal((int)FailureKind.NoSource, said.Code);
    }

    [Fact]
    public async Task AFriendIsVerifiedUntilThatIsTakenBack()
    {
        Assert.Equal((false, false), await Verified());
        await _bob.Ok("friend", "verify", "Alice");
        Assert.Equal((false, false), await Verified());
        await _bob.Ok("friend", "verify", "Alice", "--same");
        Assert.Equal((true, true), await Verified());
        Assert.Contains("yes", (await _bob.Ok("friend", "list")).Output, default);
        Assert.False((await _alice.Ok("friend", "show", "Bob", "--json")).Json.Verified());
        await _bob.Ok("friend", "rename", "Alice", "A. Liddell");
        Assert.True((await _bob.Ok("friend", "list", "--json")).Json[0].Verified());
        await _bob.Ok("friend", "verify", "A. Liddell", "--undo");
        Assert.False((await _bob.Ok("friend", "list", "--json")).Json[0].Verified());

        async Task<(bool, bool)> Verified() =>
            (
                (await _bob.Ok("friend", "list", "--json")).Json[0].Verified(),
                (await _bob.Ok("peer", "show", "Alice", "--json")).Json.Verified()
            );
    }

    [Fact]
    public async Task WhatIsDoneIsListedUntilItIsCleared()
    {
        _alice.File("books/a.txt", "a");
        await _alice.Ok("share", "add", _alice.Folder("books"));
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "a.txt");
        var into = Text((await _bob.Ok("get", "1", "--json")).Json, "into");
        Assert.Equal("done", Text((await _bob.Ok("transfer", "list", "--json")).Json[0], "state"));
        var cleared = (await _bob.Ok("transfer", "clear", "--json")).Json;
        Assert.Equal(into, Text(Assert.Single(cleared.EnumerateArray()), "into"));
        Assert.Empty((await _bob.Ok("transfer", "list", "--json")).Json.EnumerateArray());
        Assert.Equal("a", File.ReadAllText(into));
        Assert.Equal("0 cleared.", (await _bob.Ok("transfer", "clear")).Output.Trim());
    }

    private static string Text(JsonElement json, string field) =>
        json.GetProperty(field).GetString()!;

    private async Task Fails(FailureKind kind, string words, params string[] command)
    {
        var said = await _bob.Say(command);
        Assert.True(said.Code == (int)kind, $"{said.Code}: {said.Error}{said.Output}");
        Assert.Contains(words, said.Error, StringComparison.Ordinal);
    }
}

internal static class VerifiedField
{
    internal static bool Verified(this JsonElement friend) =>
        friend.GetProperty("verified").GetBoolean();
}
