using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>bench/RESULTS.md: a section for each kind of run, replaced by its next run.</summary>
internal static class ResultsPage
{
    private const string Page = "bench/RESULTS.md";

    /// <param name="work">Where it measured: tells the file system.</param>
    /// <param name="packages">Debian packages whose versions are told.</param>
    internal static void Write(string title, string work, string[] packages, string body)
    {
        var heading = $"## {title}\n";
        var section = $"{heading}\n{Machine(work)}\n\n{Versions(packages)}\n\n{body.TrimEnd()}\n";
        var page = File.Exists(Page) ? File.ReadAllText(Page) : "# Results\n";
        var start = page.IndexOf(heading, StringComparison.Ordinal);
        if (start < 0)
        {
            File.WriteAllText(Page, $"{page.TrimEnd()}\n\n{section}");
            return;
        }

        var next = page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var rest = next < 0 ? "" : page[next..];
        File.WriteAllText(Page, page[..start] + section + rest);
    }

    /// <summary>How many wait for a core: the machine may not be ours alone.</summary>
    internal static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Machine(string work)
    {
        var model = Field("/proc/cpuinfo", "model name");
        var memory = Field("/proc/meminfo", "MemTotal").Split(' ')[0];
        var gibibytes = long.Parse(memory, CultureInfo.InvariantCulture) / (1 << 20);
        var kernel = Command.Run("uname", "-r").Trim();
        var disk = Command.Run("findmnt", "-n", "-o", "FSTYPE", "-T", work).Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC. {Environment.ProcessorCount} cores of "
                + $"{model}, {gibibytes} GiB, Linux {kernel}, {disk}; .NET {Environment.Version}."
        );
    }

    private static string Versions(string[] packages)
    {
        var commit = Command.Run("git", "describe", "--always", "--dirty").Trim();
        var versions = packages.Select(package =>
            Command.Run("dpkg-query", "-W", "-f", "${Package} ${Version}", package).Trim()
        );
        return $"FriendNet {commit}; Debian's {string.Join(", ", versions)}.";
    }

    private static string Field(string path, string name)
    {
        var line = File.ReadLines(path).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
