using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Where a daemon is killed: in place of its Nth call of a kind, by any thread, or by the clock.
/// </summary>
/// <param name="Call">Null: after so many milliseconds.</param>
internal sealed record KillPoint(string? Call, int Nth)
{
    private const string Python = "/usr/bin/python3";

    /// <summary>More of these can be had: each invitation is made to last.</summary>
    private static readonly string[] Endless = ["pwrite64", "fdatasync"];

    /// <summary>As often in each round; mkdirat is not: several writers may try one.</summary>
    private static readonly string[] Fixed = ["fallocate", "renameat2"];

    /// <summary>Whether it comes if only the daemon is given enough to do.</summary>
    internal bool IsEndless => Endless.Contains(Call);

    internal static void SkipUnlessInstalled() =>
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed: ./dev test installs it.");

    /// <param name="mark">A file that is made when the point is met.</param>
    internal string[] Wrapper(string mark) =>
        Call is null
            ? []
            : [Python, Script(), "kill", Call, Nth.ToString(CultureInfo.InvariantCulture), mark];

    internal static string[] Counting(string log) => [Python, Script(), "count", log];

    /// <summary>For each call how often it was made.</summary>
    internal static IReadOnlyDictionary<string, int> Counted(string log) =>
        File.ReadLines(log)
            .Select(line => line.Split(' '))
            .ToDictionary(one => one[0], one => int.Parse(one[1], CultureInfo.InvariantCulture));

    /// <summary>
    /// Any of these calls, and any number of it that is met for certain; one time in five by the
    /// clock.
    /// </summary>
    internal static KillPoint Draw(Random random, IReadOnlyDictionary<string, int> counted)
    {
        if (random.Next(5) == 0)
        {
            return new KillPoint(null, random.Next(200, 4_000));
        }

        var calls = counted.Keys.Order(StringComparer.Ordinal).ToArray();
        var call = calls[random.Next(calls.Length)];
        // Some come with the clock: in a quicker round there are fewer.
        var isCertain = Endless.Contains(call) || Fixed.Contains(call);
        var most = isCertain ? counted[call] : (counted[call] + 1) / 2;
        return new KillPoint(call, random.Next(1, most + 1));
    }

    public override string ToString() =>
        Call is null
            ? string.Create(CultureInfo.InvariantCulture, $"after {Nth} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{Call} {Nth}");

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "killpoint.py");
}
