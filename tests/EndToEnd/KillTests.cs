using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// kill -9 of either daemon amid a transfer: after its restart all goes on by itself, from what
/// was on disk a second before. The sharer stands still between two looks, so that no machine is
/// too fast, and no test too slow, for a kill to meet the transfer.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class KillTests
{
    private const int Seed = 20;
    private const int FileKills = 20;
    private const int FolderKills = 4;
    private const long FileBytesUsual = 512L << 20;

    private static readonly TimeSpan LookAround = TimeSpan.FromSeconds(0.2);

    /// <summary>The second that may be lost, and the sync that ends it.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task AFileArrivesThroughTwentyKills()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var asked = Environment.GetEnvironmentVariable("FRIENDNET_KILL_BYTES");
        var bytes = asked is null
            ? FileBytesUsual
            : long.Parse(asked, CultureInfo.InvariantCulture);
        Fill(Path.Combine(scratch.Folder("films"), "long.mkv"), bytes);
        await FetchKilled(scratch, "films", "long.mkv", FileKills, "max");
    }

    [Fact]
    public async Task AFolderOfSmallFilesArrivesThroughKills()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var random = new Random(Seed);
        for (var file = 0; file < 2_000; file++)
        {
            scratch.File($"all/notes/{file / 100}/{file}.txt", random.Next(120_000), seed: file);
        }

        await FetchKilled(scratch, "all", "notes", FolderKills, "10MB");
    }

    private static async Task FetchKilled(
        Scratch scratch,
        string share,
        string name,
        int kills,
        string rate
    )
    {
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);
        // Between a start and the next look little of a folder may go.
        alice.Ok("limit", "set", "up", rate);
        alice.Ok("share", "add", Path.Combine(scratch, share));
        await alice.AwaitIndex();
        var target = scratch.Folder("target");
        var id = await bob.Find(name);
        bob.Ok("get", id, "-o", target, "--no-wait");

        var random = new Random(Seed);
        // Not the last third: it may be over before a kill meets it.
        var moments = Enumerable.Range(0, kills).Select(_ => random.NextDouble() * 0.67).Order();
        var watch = new Progress(isFast: rate == "max");
        var (hit, isReceiver) = (0, false);
        foreach (var moment in moments)
        {
            isReceiver = !isReceiver;
            if (!await watch.Reached(alice, bob, moment))
            {
                break;
            }

            hit++;
            if (isReceiver)
            {
                if (hit % 3 == 0)
                {
                    // On a fast machine nothing is ever a second old: here all of it is.
                    alice.Signal("STOP");
                    await watch.Aged(bob, Lost);
                }

                watch.Restored(await KillReceiver(alice, bob, watch.Before(Lost)));
            }
            else
            {
                alice.Kill();
                alice.Start();
                // What it sends from here to the next look counts as seen late.
                alice.Signal("STOP");
                await Keeps(bob, watch.Last);
            }
        }

        alice.Signal("CONT");
        Assert.Equal(kills, hit);
        var done = await bob.Until(
            "/transfers/1",
            ContractJson.Default.Transfer,
            now => now.State == "done"
        );
        Assert.Equal(done.Total, done.Done);
        MainJobTests.Same(Path.Combine(scratch, share, name), Path.Combine(target, name));
        Assert.Single(Directory.GetFileSystemEntries(target));
    }

    /// <summary>The sharer stands still meanwhile: what is there after was kept.</summary>
    private static async Task<long> KillReceiver(LiveNode sharer, LiveNode receiver, long kept)
    {
        receiver.Kill();
        sharer.Signal("STOP");
        receiver.Start();
        // Still it stands: looking for the next moment lets it go on.
        var left = await Keeps(receiver, kept);
        TestContext.Current.SendDiagnosticMessage($"{kept} had to be left, {left.Done} were");
        return left.Done;
    }

    private static Task<Transfer> Keeps(LiveNode receiver, long bytes) =>
        receiver.Until("/transfers/1", ContractJson.Default.Transfer, now => now.Done >= bytes);

    internal static void Fill(string path, long bytes)
    {
        var block = RandomNumberGenerator.GetBytes(1 << 20);
        using var file = File.Create(path);
        for (var at = 0L; at < bytes; at += block.Length)
        {
            // Every leaf another one: a run in the wrong place would show.
            for (var leaf = 0; leaf < block.Length; leaf += 16_384)
            {
                BitConverter.TryWriteBytes(block.AsSpan(leaf), at + leaf);
            }

            file.Write(block, 0, (int)Math.Min(block.Length, bytes - at));
        }
    }

    /// <summary>What the API said was on disk, and when.</summary>
    private sealed class Progress(bool isFast)
    {
        private readonly List<(long At, long Done)> _seen = [];

        internal long Last => _seen[^1].Done;

        /// <summary>False: it was over before.</summary>
        internal async Task<bool> Reached(LiveNode sharer, LiveNode node, double share)
        {
            sharer.Signal("STOP");
            var now = await node.Until(
                "/transfers/1",
                ContractJson.Default.Transfer,
                now =>
                {
                    _seen.Add((Stopwatch.GetTimestamp(), now.Done));
                    var isReached = now.Done >= now.Total * share || now.State == "done";
                    sharer.Signal("CONT");
                    // Without a limit it would be done before the next look.
                    if (!isReached && isFast)
                    {
                        sharer.Signal("STOP");
                    }

                    return isReached;
                }
            );
            return now.State != "done";
        }

        /// <summary>Looks on for so long.</summary>
        internal Task<Transfer> Aged(LiveNode node, TimeSpan age)
        {
            var from = Stopwatch.GetTimestamp();
            return node.Until(
                "/transfers/1",
                ContractJson.Default.Transfer,
                now =>
                {
                    _seen.Add((Stopwatch.GetTimestamp(), now.Done));
                    return Stopwatch.GetElapsedTime(from) >= age + LookAround;
                }
            );
        }

        /// <summary>So much was read back from disk.</summary>
        internal void Restored(long done)
        {
            _seen.Clear();
            _seen.Add((0, done));
        }

        /// <summary>What was there so long before the last look.</summary>
        internal long Before(TimeSpan age)
        {
            var old = _seen.FindLastIndex(seen =>
                Stopwatch.GetElapsedTime(seen.At, _seen[^1].At) >= age
            );
            return old < 0 ? 0 : _seen[old].Done;
        }
    }
}
