using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// What a command cost: seconds of wall clock and of CPU, its children's included.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cost(double WallSeconds, double CpuSeconds, long PeakBytes);

/// <summary>
/// Runs programs to their end, or starts them; what fails says so and stops the run.
/// </summary>
internal static class Command
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    /// <summary>Standard output of a command that must succeed.</summary>
    internal static string Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Bound) || process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} failed: {error.Result}{output}"
            );
        }

        return output;
    }

    /// <summary>Wall and CPU seconds of a command that must succeed.</summary>
    internal static Cost Time(string program, params string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        var text = Run(
            "bash",
            [
                "-c",
                "TIMEFORMAT='%3U %3S'; { time \"$@\" >/dev/null 2>&3; } 3>&2 2>&1",
                "bash",
                program,
                .. arguments,
            ]
        );
        var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var parts = text.Trim().Split('\n')[^1].Split(' ');
        return new Cost(
            wall,
            double.Parse(parts[0], CultureInfo.InvariantCulture)
                + double.Parse(parts[1], CultureInfo.InvariantCulture),
            0
        );
    }

    internal static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start.");
    }

    /// <summary>CPU seconds of a running process and its ended children (proc(5), stat).</summary>
    internal static double CpuSeconds(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        const double TicksPerSecond = 100;
        return fields[11..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture))
            / TicksPerSecond;
    }

    /// <summary>Resident bytes: VmHWM (the peak) or VmRSS (now).</summary>
    internal static long Resident(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status")
            .First(l => l.StartsWith(field, StringComparison.Ordinal));
        var digits = new string([.. line.Where(char.IsAsciiDigit)]);
        return long.Parse(digits, CultureInfo.InvariantCulture) * 1024;
    }
}
