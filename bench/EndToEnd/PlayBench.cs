using System.Diagnostics;
using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// How long a player waits: from asking for a file that nobody fetched yet to its first MiB, and
/// from a seek to the middle, while the transfer runs, to the MiB there. By the local API alone
/// (get, then GET of the file), as a player would; what the program takes to start is apart.
/// </summary>
internal static class PlayBench
{
    private const int Mib = 1 << 20;

    internal static void Run(string program, string work, int mebibytes, int runs)
    {
        var bytes = (long)mebibytes * Mib;
        var film = Path.Combine(work, "sources", "film.mkv");
        Rounds.MakeFile(film, bytes);
        Measure(program, work, film, bytes, runs, "unlimited");
        Measure(program, work, film, bytes, runs, "sender at 20 MB/s", "--up", "20MB");
    }

    private static void Measure(
        string program,
        string work,
        string film,
        long bytes,
        int runs,
        string title,
        params string[] limits
    )
    {
        var homes = Path.Combine(work, title.Replace(' ', '-').Replace('/', '-'));
        using var owner = new NodeProcess(program, homes, "owner", limits);
        using var player = new NodeProcess(program, homes, "player");
        owner.Befriend(player);
        owner.Run("share", "add", Path.GetDirectoryName(film)!);
        var id = player.Find(film);
        List<double> starts = [];
        List<double> seeks = [];
        List<double> left = [];
        // The first round compiles and fills caches; it does not count.
        for (var run = 0; run <= runs; run++)
        {
            var into = Directory.CreateDirectory(Path.Combine(homes, $"got-{run}")).FullName;
            var (start, seek, missing) = Play(player, id, film, bytes, into);
            Command.Run("rm", "-rf", into);
            Command.Run("sync");
            if (run > 0)
            {
                starts.Add(start);
                seeks.Add(seek);
                left.Add(missing);
            }
        }

        Console.WriteLine($"play: {title}: first MiB after {Rounds.Spread(starts)} s");
        Console.WriteLine($"play: {title}: MiB at the middle after {Rounds.Spread(seeks)} s");
        Console.WriteLine($"play: {title}: of the file then still to come {Rounds.Spread(left)}");
    }

    private static (double Start, double Seek, double Left) Play(
        NodeProcess player,
        string id,
        string film,
        long bytes,
        string into
    )
    {
        var asked = Stopwatch.GetTimestamp();
        var transfer = player.Begin(id, into);
        var file = $"/transfers/{transfer}/files/1";
        Same(film, 0, player.Call("GET", file, "", $"Range: bytes=0-{Mib - 1}\r\n"));
        var start = Stopwatch.GetElapsedTime(asked).TotalSeconds;

        asked = Stopwatch.GetTimestamp();
        var middle = bytes / 2 / Mib * Mib;
        var range = $"Range: bytes={middle}-{middle + Mib - 1}\r\n";
        Same(film, middle, player.Call("GET", file, "", range));
        var seek = Stopwatch.GetElapsedTime(asked).TotalSeconds;
        using var shown = JsonDocument.Parse(player.Call("GET", $"/transfers/{transfer}", ""));
        var done = shown.RootElement.GetProperty("done").GetInt64();
        if (shown.RootElement.GetProperty("state").GetString() != "done")
        {
            player.Call("POST", $"/transfers/{transfer}/cancel", "");
        }

        return (start, seek, 1 - ((double)done / bytes));
    }

    private static void Same(string film, long offset, byte[] served)
    {
        var expected = new byte[Mib];
        using var file = File.OpenRead(film);
        file.Position = offset;
        file.ReadExactly(expected);
        if (!expected.AsSpan().SequenceEqual(served))
        {
            throw new InvalidOperationException($"Wrong bytes at {offset}.");
        }
    }
}
