using System.Diagnostics;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Shares;
using FriendNet.Tests.Crypto.Merkle;
using Xunit;

namespace FriendNet.Tests.Node.Shares;

/// <summary>Folders that change, vanish, or hold what cannot be shared.</summary>
public sealed class ChangingFolderTests : IDisposable
{
    private readonly IndexedHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void ChangesAreNoticedByThemselves()
    {
        _home.Write("a", [1]);
        _home.Write("deep/er/b", [2]);
        _home.Open();
        var old = _home.Row("a");
        _home.Write("deep/er/c", [3]);
        _home.Write("fresh/d/e", [4]);
        _home.WaitFor(() => _home.Paths() is ["a", "deep/er/b", "deep/er/c", "fresh/d/e"]);
        Directory.Delete(_home.At("share/deep"), recursive: true);
        File.WriteAllBytes(_home.At("share/a"), [5, 6]);
        _home.WaitFor(() => _home.Paths() is ["a", "fresh/d/e"] && _home.Row("a").Size == 2);
        Assert.Null(_home.Find(old.Root, old.Size));
        Assert.Equal((2L, 3L), (_home.Index.Shares[0].Files, _home.Index.Shares[0].Bytes));
    }

    [Fact]
    public void ATornFileIsNeverPublished()
    {
        // Every write makes one known state: first byte k, last byte k or k-1. Reading while it
        // is written mixes states: such a root must never be seen.
        var sample = new Sample(48 << 20, 1);
        var path = _home.Write("torn", sample.Bytes);
        var states = States(sample);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        using var stop = new ManualResetEventSlim();
        var writer = new Thread(() =>
        {
            // Slow enough for a scan to begin between two writes, too fast for it to end.
            for (byte k = 1; !stop.Wait(TimeSpan.FromMilliseconds(3)); k = unchecked((byte)(k + 1)))
            {
                RandomAccess.Write(file, [k], 0);
                RandomAccess.Write(file, [k], sample.Length - 1);
            }
        });
        writer.Start();
        List<Hash256> roots = [];
        var rounds = 0;
        // Outlives the index, whose thread sets it.
        using var changed = new AutoResetEvent(false);
        using var index = ShareIndex.Open(_home.Database, [_home.Music], new(), out _)!;
        index.Changed += (_, _) => changed.Set();
        for (; rounds < 10; rounds++)
        {
            index.Rescan(1);
            Assert.True(changed.WaitOne(TimeSpan.FromSeconds(60)));
            roots.AddRange(index.InKeyOrder(IndexedHome.One).Select(row => row.Root));
        }
        stop.Set();
        writer.Join();
        while (!index.InKeyOrder(IndexedHome.One).Any())
        {
            index.Rescan(1);
            Assert.True(changed.WaitOne(TimeSpan.FromSeconds(60)));
        }
        roots.Add(index.InKeyOrder(IndexedHome.One).Single().Root);
        Assert.All(roots, root => Assert.Contains(root, states));
    }

    [Fact]
    public void AFileThatNeverRestsKeepsNobodyWaiting()
    {
        _home.Write("good", [1]);
        var log = _home.Write("log", [1]);
        using var stop = new ManualResetEventSlim();
        var writer = new Thread(() =>
        {
            while (!stop.IsSet)
                File.AppendAllText(log, "another line\n");
        });
        writer.Start();
        try
        {
            // Whoever looks now and then sees it at rest, not only who looks at a lucky moment.
            var rests = 0;
            _home.Open();
            _home.WaitFor(() => !_home.Index.Indexing && ++rests == 20);
            _home.WaitFor(() =>
                _home
                    .Index.Shares[0]
                    .Sentence.Contains("1 skipped, changing", StringComparison.Ordinal)
            );
            Assert.Equal(["good"], _home.Paths());
        }
        finally
        {
            stop.Set();
            writer.Join();
        }
        _home.WaitFor(() => _home.Paths() is ["good", "log"]);
        _home.WaitFor(() => _home.Index.Shares[0].Sentence.Length == 0);
    }

    [Fact]
    public void WhatCannotBeSharedIsSkippedAndTold()
    {
        _home.Write("good", [1]);
        _home.Write("home/identity.key", [2]);
        File.WriteAllBytes(_home.At("secret"), [3]);
        Run(
            """
            cd "$0" && printf x > $'bad\xff' && printf x > $'bell\a' && printf x > $'c1\xc2\x85'
            ln -s ../secret link && ln -s .. up && mkfifo pipe && ln good hard
            """,
            _home.Share
        );
        var deep = string.Join('/', Enumerable.Repeat("d", 70));
        _home.Write($"{deep}/below", [4]);
        _home.Write($"e/{new string('n', 255)}", [5]);
        var status = _home.Open().Shares[0];
        Assert.Equal([$"e/{new string('n', 255)}", "good", "hard"], _home.Paths());
        Assert.Equal((ShareState.Ready, 5L), (status.State, status.Errors));
        Assert.Contains("3 skipped, not valid UTF-8", status.Sentence, StringComparison.Ordinal);
        Assert.Contains("too deep", status.Sentence, StringComparison.Ordinal);
        Assert.Contains("pipe", status.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(status.Sentence, char.IsControl);
        Run("rm -r \"$0\"/b* \"$0\"/c*", _home.Share);
    }

    [Fact]
    public void UnreadableFilesAreSkippedAndTold()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may read everything");
        _home.Write("good", [1]);
        File.SetUnixFileMode(_home.Write("closed", [2]), UnixFileMode.None);
        var status = _home.Open().Shares[0];
        Assert.Equal(["good"], _home.Paths());
        Assert.Contains("1 skipped, cannot be read", status.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void AVanishedDiskKeepsItsRowsAndServesNothing()
    {
        var disk = Directory.CreateDirectory(_home.At("disk")).FullName;
        Directory.CreateDirectory($"{disk}/share");
        File.WriteAllBytes($"{disk}/share/a", [1]);
        File.SetLastWriteTimeUtc($"{disk}/share/a", DateTime.UtcNow.AddHours(-1));
        _home.Open(_home.Music with { Path = $"{disk}/share" });
        var row = _home.Row("a");
        Directory.Move(disk, _home.At("away"));
        _home.WaitFor(() => _home.Index.Shares[0].State == ShareState.Missing);
        Assert.Null(_home.Find(row.Root, row.Size));
        Assert.Equal(row, _home.Row("a"));
        Assert.Contains(
            "cannot be opened",
            _home.Index.Shares[0].Sentence,
            StringComparison.Ordinal
        );
        Directory.Move(_home.At("away"), disk);
        _home.WaitFor(() => _home.Index.Shares[0].State == ShareState.Ready);
        Assert.NotNull(_home.Find(row.Root, row.Size));
        Assert.Equal((row, ""), (_home.Row("a"), _home.Index.Shares[0].Sentence));
    }

    [Fact]
    public void AnUnmountedDiskKeepsItsRows()
    {
        Assert.SkipUnless(TryRun("mount -t tmpfs none \"$0\"", _home.Share), "may not mount");
        var isMounted = true;
        try
        {
            _home.Write("a", [1]);
            _home.Open();
            var row = _home.Row("a");
            Run("umount -l \"$0\"", _home.Share);
            isMounted = false;
            _home.WaitFor(() => _home.Index.Shares[0].State == ShareState.Missing);
            Assert.Equal(row, _home.Row("a"));
            Assert.Null(_home.Find(row.Root, row.Size));
            Assert.Contains(
                "another disk",
                _home.Index.Shares[0].Sentence,
                StringComparison.Ordinal
            );
        }
        finally
        {
            if (isMounted)
                TryRun("umount -l \"$0\"", _home.Share);
        }
    }

    [Fact]
    public void ADeletedFolderIsWithdrawnAndComesBackWithoutHashing()
    {
        var path = _home.Write("a", [1, 2, 3]);
        _home.Open();
        var row = _home.Row("a");
        IndexedHome.Spoil(path);
        Directory.Move(_home.Share, _home.At("elsewhere"));
        _home.WaitFor(() => _home.Index.Shares[0].State == ShareState.Missing);
        Assert.Empty(_home.Rows());
        Assert.Equal(0, _home.Index.Shares[0].Files);
        Assert.Contains(
            "deleted or moved",
            _home.Index.Shares[0].Sentence,
            StringComparison.Ordinal
        );
        Directory.Move(_home.At("elsewhere"), _home.Share);
        _home.WaitFor(() => _home.Index.Shares[0].State == ShareState.Ready);
        Assert.Equal(row.Root, _home.Row("a").Root);
    }

    [Fact]
    public void AFileThatBecameALinkIsNotServed()
    {
        File.WriteAllBytes(_home.At("secret"), [7]);
        var path = _home.Write("a/b", [7]);
        _home.Open();
        var place = _home.Find(_home.Row("a/b").Root, 1)!;
        File.SetLastWriteTimeUtc(_home.At("secret"), File.GetLastWriteTimeUtc(path));
        Directory.Move(_home.At("share/a"), _home.At("real"));
        File.Move(_home.At("secret"), _home.At("real/secret"));
        Directory.CreateSymbolicLink(_home.At("share/a"), _home.At("real"));
        Assert.Null(place.Open());
        _home.WaitFor(() => _home.Paths() is []);
    }

    private static HashSet<Hash256> States(Sample sample)
    {
        var (runs, last) = (sample.Runs.ToArray(), sample.Runs.Length - 1);
        var hasher = new RunHasher();
        var (firsts, lasts) = (new Hash256[256], new Hash256[256]);
        HashSet<Hash256> states = [sample.Root];
        var (first, end) = (sample.Bytes[0], sample.Bytes[^1]);
        for (var k = 0; k < 256; k++)
        {
            (sample.Bytes[0], sample.Bytes[^1]) = ((byte)k, (byte)k);
            (firsts[k], lasts[k]) = (sample.HashRun(hasher, 0), sample.HashRun(hasher, last));
        }
        Add(firsts[1], sample.Runs[last]);
        for (var k = 0; k < 256; k++)
        {
            Add(firsts[k], lasts[k]);
            Add(firsts[(k + 1) % 256], lasts[k]);
        }
        (sample.Bytes[0], sample.Bytes[^1]) = (first, end);
        return states;

        void Add(Hash256 start, Hash256 finish)
        {
            (runs[0], runs[last]) = (start, finish);
            states.Add(MerkleTree.RootOfLayer(runs, sample.Length));
        }
    }

    private static void Run(string script, string folder) => Assert.True(TryRun(script, folder));

    private static bool TryRun(string script, string folder)
    {
        var start = new ProcessStartInfo("bash", ["-c", script, folder])
        {
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
