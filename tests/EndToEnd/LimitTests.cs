using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Real daemons obey limits that are set while they run.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class LimitTests
{
    private const long Rate = 8_000_000;
    private const long Bytes = 2 * Rate;

    // What may go in no time, of up: the 20th part of a second; of down: one fetch more.
    private const double Burst = (Rate / 20) + (1024 * 1024);

    // Of relay: a lease, and what its two rings hold.
    private const double RelayBurst = 3 * 1024 * 1024;

    [Theory]
    [InlineData("up", "alice")]
    [InlineData("down", "bob")]
    public async Task ALimitHoldsAsSoonAsItIsSet(string kind, string who)
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/one.mkv", Bytes, seed: 1);
        using var pair = await FriendPair.Share(scratch, "films");
        var node = who == "alice" ? pair.Alice : pair.Bob;
        node.Ok("limit", "set", kind, "off");
        // Catalogs are never held back.
        var id = await pair.Bob.Find("one.mkv");
        var started = pair.Bob.Ok("get", id, "-o", scratch.Folder("got"), "--no-wait", "--json");
        var transfer = $"/transfers/{started.Json.GetProperty("id").GetInt64()}";
        Assert.Equal(0, (await pair.Bob.Ask(transfer, ContractJson.Default.Transfer)).Done);
        if (who == "bob")
        {
            var held = await pair.Bob.Until(
                transfer,
                ContractJson.Default.Transfer,
                one => one.State == "waiting"
            );
            Assert.Contains("friendnet limit show", held.Problem, StringComparison.Ordinal);
        }

        // From here on it cannot take less time than the limit says; how much more it takes is the
        // machine's affair.
        var began = Stopwatch.GetTimestamp();
        node.Ok("limit", "set", kind, "8MB");
        await pair.Bob.Until(transfer, ContractJson.Default.Transfer, one => one.State == "done");
        var least = (Bytes - Burst) / Rate;
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, least, double.MaxValue);

        node.Stop();
        node.Start();
        var limits = await node.Ask("/limits", ContractJson.Default.IReadOnlyListLimit);
        Assert.Equal(new Limit(kind, null, Rate, "set"), limits.Single(one => one.Kind == kind));
        node.Call("limit", "set", kind, "fast").Refused(2);
        node.Call("limit", "set", $"{kind}-friend", "1MB", "--friend", "nobody").Refused(4);
        node.Ok("limit", "clear", kind);
    }

    [Theory]
    [InlineData("relay")]
    [InlineData("relay-friend")]
    public async Task ARelayPassesNoMoreOnThanItsLimit(string kind)
    {
        LiveNode.SkipUnlessPublished();
        using var line = new RelayLine(Bytes, "max", "relay");
        line.Relays[0].Ok("limit", "set", kind, "8MB");
        var began = Stopwatch.GetTimestamp();
        await line.Get();
        // What the path says of itself is no more either, once some of it came.
        var path = await line.Far.Until(
            "/paths",
            ContractJson.Default.IReadOnlyListPathShown,
            paths => paths.Any(one => one.BytesPerSecondIn > Rate / 4)
        );
        Assert.InRange(path[0].BytesPerSecondIn, Rate / 4, 2 * Rate);
        await line.Done();
        var least = (Bytes - RelayBurst) / Rate;
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, least, double.MaxValue);
    }
}
