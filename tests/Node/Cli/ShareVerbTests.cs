using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>
/// `share add` and `share rescan` always end, and tell scripts what they left out.
/// </summary>
public sealed class ShareVerbTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private Person _alice = null!;

    public async ValueTask InitializeAsync() => _alice = await Person.Start("Alice");

    public ValueTask DisposeAsync() => _alice.DisposeAsync();

    [Fact]
    public async Task AShareThatIsRemovedEndsTheWaitForIt()
    {
        // Nothing but zeros, and an hour of hashing.
        var film = _alice.File("films/long.mkv");
        await using (var file = File.OpenWrite(film))
        {
            file.SetLength(4L << 40);
        }

        var adding = _alice.Fails(
            FailureKind.NotFound,
            "share",
            "add",
            Path.GetDirectoryName(film)!
        );
        await _alice.Until(
            all => all.GetArrayLength() == 1 && all[0].GetProperty("hashing").ValueKind != default,
            "share",
            "list"
        );
        await _alice.Ok("share", "remove", "films");
        var sentence = await adding.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.Contains("\"films\"", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsNotThereFailsTheRescan()
    {
        var folder = Path.GetDirectoryName(_alice.File("music/a.mp3"))!;
        await _alice.Ok("share", "add", folder);
        Directory.Move(folder, $"{folder}-away");
        var sentence = await _alice.Fails(FailureKind.Disk, "share", "rescan", "music");
        Assert.Contains("put it back", sentence, StringComparison.Ordinal);

        var said = await _alice.Say("share", "rescan", "music", "--json");
        Assert.Equal((int)FailureKind.Disk, said.Code);
        Assert.Equal("missing", said.Json.GetProperty("state").GetString());
        Assert.Contains("put it back", said.Error, StringComparison.Ordinal);

        Directory.Move($"{folder}-away", folder);
        await _alice.Ok("share", "rescan", "music");
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    public async Task WhatIsSkippedIsSaidToScripts(params string[] flags)
    {
        var folder = Path.GetDirectoryName(_alice.File("music/a.mp3"))!;
        _alice.File("music/bell\a.mp3");
        var said = await _alice.Ok(["share", "add", folder, .. flags]);
        Assert.StartsWith("friendnet: music: 1 skipped", said.Error, StringComparison.Ordinal);
        Assert.Single(said.Output.TrimEnd().Split('\n'));
    }
}
