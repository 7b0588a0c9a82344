using System.Globalization;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// The receiver, the source or the relay is killed as it makes its Nth write, sync or rename, or
/// at any time. After its restart all that it acknowledged is there, and the transfers that it
/// had a part in end by themselves, byte by byte the same.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class KillPointTests
{
    private const int Seed = 4;
    private const int KillsUsual = 6;
    private const long FilmBytes = (12 << 20) + 12_345;
    private const int Notes = 120;

    [Fact]
    public async Task WhatWasAcknowledgedSurvivesAndTheTransferEnds()
    {
        LiveNode.SkipUnlessPublished();
        KillPoint.SkipUnlessInstalled();
        var asked = Environment.GetEnvironmentVariable("FRIENDNET_KILLS");
        var kills = asked is null ? KillsUsual : int.Parse(asked, CultureInfo.InvariantCulture);
        using var line = new KillLine(FilmBytes, Notes);
        var random = new Random(Seed);
        var met = new Dictionary<string, int>();
        foreach (var role in (string[])["receiver", "source", "relay"])
        {
            var counted = await line.Count(role);
            for (var kill = 0; kill < kills / 3; kill++)
            {
                var point = KillPoint.Draw(random, counted);
                Assert.True(await line.Survives(role, point), $"{role} never came to {point}.");
                met[point.Call ?? "time"] = met.GetValueOrDefault(point.Call ?? "time") + 1;
                TestContext.Current.SendDiagnosticMessage($"{role}: {point}");
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            string.Join(", ", met.Select(one => $"{one.Key} {one.Value}"))
        );
        Assert.Equal(kills / 3 * 3, met.Values.Sum());
    }
}
