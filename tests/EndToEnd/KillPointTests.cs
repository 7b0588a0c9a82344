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
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed: ./dev test.");
        var asked = Environment.GetEnvironmentVariable("FRIENDNET_KILLS");
        var kills = asked is null ? KillsUsual : int.Parse(asked, CultureInfo.InvariantCulture);
        using var line = new KillLine(FilmBytes, Notes);
        var random = new Random(Seed);
        var (hit, met) = (0, new Dictionary<string, int>());
        foreach (var role in (string[])["receiver", "source", "relay"])
        {
            var counted = await line.Count(role);
            for (var kill = 0; kill < kills / 3; kill++)
            {
                var point = KillPoint.Draw(random, counted);
                var isHit = await line.Survives(role, point);
                hit += isHit ? 1 : 0;
                met[point.Call ?? "time"] = met.GetValueOrDefault(point.Call ?? "time") + 1;
                TestContext.Current.SendDiagnosticMessage($"{role}: {point}: {isHit}");
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{hit} kill points, " + string.Join(", ", met.Select(one => $"{one.Key} {one.Value}"))
        );
        // A thread may come to fewer calls than when they were counted.
        Assert.InRange(hit, (kills / 3 * 3) - (kills / 3) - 1, kills);
    }
}
