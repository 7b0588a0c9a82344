using System.Globalization;
using System.Text.RegularExpressions;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Where a daemon is killed: as a thread of it makes its Nth call, or by the clock.
/// </summary>
/// <param name="Call">Null: after so many milliseconds.</param>
internal sealed record KillPoint(string? Call, int Nth)
{
    /// <summary>The calls by which something lasts, or is taken away.</summary>
    internal const string Calls =
        "pwrite64,fdatasync,fsync,syncfs,renameat2,fallocate,ftruncate,mkdirat,unlink,unlinkat";

    /// <summary>
    /// strace(1): before the call is made the kernel kills the whole process. With -D the daemon
    /// stays our own child. It counts for each thread.
    /// </summary>
    internal string[] Wrapper =>
        Call is null
            ? ["strace", "-D", "-f", "-qq", "-e", "trace=none", "-o", "/dev/null"]
            :
            [
                "strace",
                "-D",
                "-f",
                "-qq",
                "-e",
                $"trace={Call}",
                "-e",
                $"inject={Call}:signal=SIGKILL:when={Nth}",
                "-o",
                "/dev/null",
            ];

    internal static string[] Counting(string log) =>
        ["strace", "-D", "-f", "-qq", "-e", $"trace={Calls}", "-o", log];

    /// <summary>For each call how many the busiest thread made.</summary>
    internal static IReadOnlyDictionary<string, int> Counted(string log) =>
        File.ReadLines(log)
            .Select(line => Regex.Match(line, @"^(\d+) +(\w+)\("))
            .Where(match => match.Success)
            .GroupBy(match => (Thread: match.Groups[1].Value, Call: match.Groups[2].Value))
            .GroupBy(thread => thread.Key.Call)
            .ToDictionary(call => call.Key, call => call.Max(thread => thread.Count()));

    /// <summary>Any of these calls, and any number of it; one time in five by the clock.</summary>
    internal static KillPoint Draw(Random random, IReadOnlyDictionary<string, int> counted)
    {
        if (random.Next(5) == 0)
        {
            return new KillPoint(null, random.Next(200, 4_000));
        }

        var calls = counted.Keys.Order(StringComparer.Ordinal).ToArray();
        var call = calls[random.Next(calls.Length)];
        return new KillPoint(call, random.Next(1, counted[call] + 1));
    }

    public override string ToString() =>
        Call is null
            ? string.Create(CultureInfo.InvariantCulture, $"after {Nth} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{Call} {Nth}");
}
