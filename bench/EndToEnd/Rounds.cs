using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// The same source by several peers in turn; every result is compared byte by byte with its
/// source. Nobody pays for what another left: what is dirty is written out between runs.
/// </summary>
internal sealed class Rounds(string work, int runs)
{
    /// <summary>Apart from those of runs before, which may stand there still.</summary>
    private static readonly string Results = $"results-{DateTime.UtcNow:yyyyMMdd-HHmmss}";

    private readonly Queue<string> _results = new();

    /// <summary>Where sources stand.</summary>
    internal string Sources => Path.Combine(work, "sources");

    /// <summary>Whether the source is put out of the page cache before each fetch.</summary>
    internal bool IsEvicted { get; init; }

    /// <summary>
    /// How many results keep their bytes when they were compared. What is emptied frees pages,
    /// and memory that was free is slow the first time: enough of them, and only those go that
    /// the page cache has left.
    /// </summary>
    internal int ResultsKept { get; init; }

    /// <summary>Prints what each took, and how many times the others' rate the first has.</summary>
    internal Comparison Compare(string title, string source, long bytes, params IPeer[] peers) =>
        Compare(title, [.. peers.Select(peer => new Entrant(peer, source, bytes))]);

    /// <summary>
    /// A peer that fails is named with its reason, and not asked again; the others go on.
    /// </summary>
    internal Comparison Compare(string title, IReadOnlyList<Entrant> entrants)
    {
        var comparison = new Comparison(title, entrants);
        // The first round fills caches and compiles; it does not count.
        for (var run = 0; run <= runs; run++)
        {
            foreach (var entrant in entrants.Where(e => !comparison.HasFailed(e)))
            {
                try
                {
                    var cost = Run($"{title}-{run}-{entrant.Peer.Name}", entrant);
                    if (run > 0)
                        comparison.Add(entrant, cost);
                }
                catch (Exception e) when (IsOfPeer(e))
                {
                    comparison.Fail(entrant, e.GetBaseException().Message);
                }
            }
        }

        comparison.Print();
        return comparison;
    }

    /// <summary>"median (min-max)".</summary>
    internal static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return string.Format(
            CultureInfo.InvariantCulture,
            "{0:0.00} ({1:0.00}-{2:0.00})",
            sorted[sorted.Length / 2],
            sorted[0],
            sorted[^1]
        );
    }

    /// <summary>
    /// Reads a file of holes as large as the memory that is free: memory never touched is slow
    /// the first time.
    /// </summary>
    internal void FillPageCache()
    {
        var free = File.ReadLines("/proc/meminfo")
            .First(line => line.StartsWith("MemFree", StringComparison.Ordinal));
        var kibibytes = new string([.. free.Where(char.IsAsciiDigit)]);
        var path = Path.Combine(work, "holes");
        using (var holes = File.Create(path))
        {
            holes.SetLength(long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024);
        }

        Command.Run("sync");
        Command.Run("dd", $"if={path}", "of=/dev/null", "bs=1M");
    }

    internal static void MakeFile(string path, long bytes, int seed = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        var buffer = new byte[1 << 20];
        using var file = File.Create(path);
        for (long done = 0; done < bytes; done += buffer.Length)
        {
            random.NextBytes(buffer);
            file.Write(buffer, 0, (int)Math.Min(buffer.Length, bytes - done));
        }
    }

    internal static bool IsOfPeer(Exception e) =>
        e.GetBaseException()
            is InvalidOperationException
                or IOException
                or SocketException
                or HttpRequestException
                or TimeoutException
                or OperationCanceledException
                or Win32Exception;

    private Cost Run(string title, Entrant entrant)
    {
        var (peer, source, _) = entrant;
        var target = Path.Combine(work, Results, title);
        Directory.CreateDirectory(target);
        if (IsEvicted)
        {
            Command.Run("dd", $"if={source}", "iflag=nocache", "count=0");
        }

        var cost = peer.Fetch(Path.GetRelativePath(Sources, source), target);
        Command.Run("sync");
        Command.Run("diff", "-rq", source, Path.Combine(target, Path.GetFileName(source)));
        _results.Enqueue(target);
        if (_results.Count > ResultsKept)
            Empty(_results.Dequeue());
        return cost;
    }

    // Files lose their bytes and keep their names: where many names are deleted, ext4 is slow to
    // make new ones for minutes, since it spares the inodes that were freed lately.
    private static void Empty(string target)
    {
        foreach (var file in Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories))
        {
            using var opened = File.OpenWrite(file);
            opened.SetLength(0);
        }

        Command.Run("sync");
    }
}
