using System.Diagnostics;
using System.Globalization;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Circles;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// A real daemon that one friend floods with circle catalogs over a real link: it has 10 million
/// entries of 100,000 pseudonyms to tell, which are taken fast up to its quota and slowly from
/// there on (all of them come in `./dev sim --flood`). With FRIENDNET_FLOOD=full it goes on for
/// minutes and more is measured.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class FloodTests
{
    private const int Pseudonyms = 100_000;
    private const int EntriesEach = 100;
    private const int Batch = 64;
    private const double TimesMax = 2;
    private const double SignEverySeconds = 1.1 * Limits.OwnHeadSeconds;
    private const long Mebibyte = 1024 * 1024;
    private const long GrowthMax = 256 * Mebibyte;
    private const long DiskMax = 512 * Mebibyte;
    private static readonly bool IsFull =
        Environment.GetEnvironmentVariable("FRIENDNET_FLOOD") == "full";
    private static readonly int Rounds = IsFull ? 40 : 7;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(IsFull ? 300 : 0);

    private int _round;
    private int _calls;
    private int _changes;
    private long _changed = Stopwatch.GetTimestamp();

    [Fact]
    public async Task OthersCatalogsArriveInTwiceTheirUsualTime()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var victim = new LiveNode(scratch, "victim");
        using var friend = new LiveNode(scratch, "friend");
        victim.Start();
        friend.Start();
        LiveNode.Befriend(victim, friend);
        friend.Ok("share", "add", scratch.Folder("films"), "--audience", "circle");
        friend.Ok("share", "add", scratch.Folder("papers"));
        using var calm = await TellingFriend.Of(victim, "calm");
        using var flooder = await TellingFriend.Of(victim, "flooder");

        await Measure(scratch, victim, calm, rounds: 2);
        var usual = await Measure(scratch, victim, calm, Rounds);
        var (memory, started) = (Memory(victim, "VmRSS"), Stopwatch.GetTimestamp());
        var flood = new Thread(() => Flood(flooder));
        flood.Start();
        SpinWait.SpinUntil(() => flooder.Asked > 2 * Limits.CircleWantsMax);
        var flooded = await Measure(scratch, victim, calm, Rounds);
        while (Stopwatch.GetElapsedTime(started) < Least)
            flooded = [.. flooded.Zip(await Measure(scratch, victim, calm, Rounds), Delays.Join)];

        var growth = Memory(victim, "VmHWM") - memory;
        var disk = Directory
            .EnumerateFiles(victim.Home, "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        Say(
            $"flood: {flooder.Taken:N0} news taken, {flooder.Asked:N0} catalogs asked for in "
                + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s; memory at most "
                + $"+{growth / Mebibyte:N0} MiB, now {Memory(victim, "VmRSS") / Mebibyte:N0} MiB; "
                + $"disk {disk / Mebibyte:N0} MiB"
        );
        foreach (var (before, now) in usual.Zip(flooded))
            Say($"{before} | flooded {now}");
        Assert.Null(flooder.Closed);
        flooder.Stop();
        flood.Join();
        Assert.InRange(growth, 0, GrowthMax);
        Assert.InRange(disk, 0, DiskMax);
        // Once told is not yet when it was made: each friend folds its news for a second.
        Assert.InRange(flooded[0].Median, 0, Limits.HeadFoldMilliseconds / 2);
        foreach (var (before, now) in usual.Zip(flooded).Skip(1))
            Assert.True(now.Median <= TimesMax * before.Median, $"{before}, then {now}");
    }

    private static void Flood(TellingFriend flooder)
    {
        var told = new Queue<PseudonymId>();
        var version = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1000;
        for (var at = 0; at < Pseudonyms; )
        {
            var news = new List<HeadNews>();
            for (var i = 0; i < Batch; i++, at++)
            {
                // The oldest go when there is no room, so that it has always something to tell.
                if (told.Count >= Limits.HeadsPerFriendMax)
                    news.Add(TellingFriend.Gone(told.Dequeue()));
                var pseudonym = new OwnPseudonym(1_000_000 + at);
                using var keys = pseudonym.Keys;
                var content = Sets.Of(EntriesEach, $"flood{at}");
                var whole = content.Whole;
                news.Add(flooder.Publish(pseudonym, version, content.Head, () => whole));
                told.Enqueue(pseudonym.Id);
            }

            if (!flooder.Tell(news, Limits.HeadsWindowMax))
                return;
        }
    }

    // From the moment that a friend has something new until a search here finds it.
    private async Task<Delays[]> Measure(
        Scratch scratch,
        LiveNode victim,
        TellingFriend calm,
        int rounds
    )
    {
        var (told, circle, view) = (
            new Delays("a friend's friend, once told"),
            new Delays("a friend's circle, changed"),
            new Delays("a friend's view, changed")
        );
        _calls++;
        var pseudonym = new OwnPseudonym(_round);
        for (var i = 0; i < rounds; i++)
        {
            var name = $"calm{++_round}";
            var content = Sets.Of(200, name);
            var version = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 100_000 + _round;
            var news = calm.Publish(pseudonym, version, content.Head, () => content.Whole);
            var begun = Stopwatch.GetTimestamp();
            Assert.True(calm.Tell([news], Limits.HeadsWindowMax));
            await told.Until(begun, victim, name);
            if (MaySign())
            {
                begun = Stopwatch.GetTimestamp();
                scratch.File($"films/reel{_round}.bin", 1000, _round);
                await circle.Until(begun, victim, $"reel{_round}");
            }

            begun = Stopwatch.GetTimestamp();
            scratch.File($"papers/note{_round}.bin", 1000, _round);
            await view.Until(begun, victim, $"note{_round}");
        }

        return [told, circle, view];
    }

    // A node signs four heads at once and then one a minute, which says nothing of the victim.
    private bool MaySign()
    {
        var now = Stopwatch.GetTimestamp();
        var isBurst = _changes < Limits.OwnHeadsBurst && _changes < _calls;
        var isLater = Stopwatch.GetElapsedTime(_changed, now).TotalSeconds > SignEverySeconds;
        if (!isBurst && !isLater)
            return false;
        _changes++;
        _changed = now;
        return true;
    }

    private static long Memory(LiveNode node, string what)
    {
        var line = File.ReadLines($"/proc/{node.ProcessId}/status")
            .First(line => line.StartsWith(what, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split()[^2], CultureInfo.InvariantCulture);
    }

    private static void Say(string what) => TestContext.Current.SendDiagnosticMessage(what);

    private sealed class Delays(string what)
    {
        private readonly List<double> _all = [];

        internal double Median => _all.Order().ElementAt(_all.Count / 2);

        internal static Delays Join(Delays one, Delays other)
        {
            one._all.AddRange(other._all);
            return one;
        }

        internal async Task Until(long begun, LiveNode node, string words)
        {
            await node.Search(words, hits => hits.Count > 0);
            _all.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: median {Median:N0} ms, most {_all.Max():N0} ms of {_all.Count}"
            );
    }
}
