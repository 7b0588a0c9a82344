using System.Diagnostics;
using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

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
        return Output(process, $"{program} {string.Join(' ', arguments)}");
    }

    private static string Output(Process process, string line)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Bound))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{line} did not end in {Bound.TotalMinutes} min.");
        }

        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{line} failed: {error.Result}{output.Result}");
        return output.Result;
    }

    /// <summary>
    /// A command that must succeed joins the ends; wall and CPU seconds, its children's included.
    /// </summary>
    internal static (double Wall, double Cpu) Time(
        Ends ends,
        string program,
        params string[] arguments
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Start(
            "bash",
            [
                "-c",
                "TIMEFORMAT='%3U %3S'; { time \"$@\" >/dev/null 2>&3; } 3>&2 2>&1",
                "bash",
                program,
                .. arguments,
            ]
        );
        ends.Joined(process.Id);
        var text = Output(process, $"{program} {string.Join(' ', arguments)}");
        var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var parts = text.Trim().Split('\n')[^1].Split(' ');
        return (
            wall,
            double.Parse(parts[0], CultureInfo.InvariantCulture)
                + double.Parse(parts[1], CultureInfo.InvariantCulture)
        );
    }

    internal static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // All stay on this machine; a proxy would only be in the way.
        foreach (var proxy in start.Environment.Keys.Where(IsProxy).ToList())
            start.Environment.Remove(proxy);
        return Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static bool IsProxy(string variable) =>
        variable.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase);

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
