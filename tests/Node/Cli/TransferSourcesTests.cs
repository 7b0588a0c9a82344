using System.Text.Json;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>`transfer show` says who brings it: Bob - Carol - Erin.</summary>
public sealed class TransferSourcesTests
{
    [Fact]
    public async Task AFriendIsNamedAndAStrangerByTheFriendBetween()
    {
        await using var bob = await Person.Start("Bob");
        await using var carol = await Person.Start("Carol");
        await using var erin = await Person.Start("Erin");
        await bob.Befriend(carol);
        await carol.Befriend(erin);
        erin.File("films/wanderer.mkv", new string('x', 24 << 20));
        await erin.Ok("share", "add", erin.Folder("films"), "--audience", "circle");
        // Slow enough to be seen.
        await erin.Ok("limit", "set", "up", "2MB");

        var direct = await Source(carol);
        Assert.Equal(("Erin", null, 1), Facts(direct));
        Assert.Contains("Erin: ", await Shown(carol), StringComparison.Ordinal);

        var over = await Source(bob);
        Assert.Equal(("Carol", 2), (Facts(over).Via, Facts(over).Hops));
        Assert.StartsWith("~", Facts(over).Name, StringComparison.Ordinal);
        Assert.Contains("over Carol, 2 steps: ", await Shown(bob), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> Source(Person person)
    {
        var found = await person.Until(all => all.GetArrayLength() > 0, "search", "wanderer");
        await person.Ok("get", found[0].GetProperty("id").GetString()!, "--no-wait", "--quiet");
        var shown = await person.Until(
            one => one.GetProperty("sources").GetArrayLength() > 0,
            "transfer",
            "show",
            "1"
        );
        var source = Assert.Single(shown.GetProperty("sources").EnumerateArray());
        Assert.True(source.GetProperty("bytesPerSecond").GetInt64() > 0);
        return source;
    }

    private static async Task<string> Shown(Person person) =>
        (await person.Ok("transfer", "show", "1"))
            .Output.Split('\n')
            .Single(line => line.StartsWith("sources", StringComparison.Ordinal));

    private static (string? Name, string? Via, int Hops) Facts(JsonElement source) =>
        (
            source.GetProperty("name").GetString(),
            source.GetProperty("via").GetString(),
            source.GetProperty("hops").GetInt32()
        );
}
