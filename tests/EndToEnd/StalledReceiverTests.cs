using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Who fetches over a path stands still (SIGSTOP) amid 1 GiB: the relay holds no more for it, and
/// serves and relays for others.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class StalledReceiverTests
{
    private const long Bytes = 1L << 30;
    private const long OtherBytes = 64L << 20;

    /// <summary>
    /// Two windows of 1 MiB a path and what serving another takes; far less than what would come.
    /// </summary>
    private const long GrowthMax = 64L << 20;

    [Fact]
    public async Task TheRelayHoldsNoMoreAndServesOthers()
    {
        LiveNode.SkipUnlessPublished();
        using var line = new RelayLine(Bytes, "max", "bob");
        var relay = line.Relays[0];
        using var other = line.Node("other");
        LiveNode.Befriend(relay, other);
        var song = line.File("songs/song.flac", OtherBytes, seed: 1);
        var tune = line.File("tunes/tune.flac", OtherBytes, seed: 2);
        relay.Ok("share", "add", Path.GetDirectoryName(song)!);
        line.Owner.Ok("share", "add", Path.GetDirectoryName(tune)!, "--audience", "circle");
        var (direct, relayed) = (await other.Find("song.flac"), await other.Find("tune.flac"));

        await line.Get();
        await line.Reach(0.2);
        line.Far.Signal("STOP");
        var before = Resident(relay);
        line.Owner.Signal("CONT");
        other.Ok("get", direct, "-o", line.Folder("other"));
        other.Ok("get", relayed, "-o", line.Folder("other"));
        MainJobTests.Same(song, Path.Combine(line.Folder("other"), "song.flac"));
        MainJobTests.Same(tune, Path.Combine(line.Folder("other"), "tune.flac"));
        var grown = Resident(relay) - before;
        TestContext.Current.SendDiagnosticMessage($"the relay grew by {grown >> 10} KiB");
        Assert.InRange(grown, long.MinValue, GrowthMax);

        line.Far.Signal("CONT");
        await line.Done();
    }

    private static long Resident(LiveNode node)
    {
        var line = File.ReadLines($"/proc/{node.ProcessId}/status")
            .First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(string.Concat(line.Where(char.IsAsciiDigit)), null) << 10;
    }
}
