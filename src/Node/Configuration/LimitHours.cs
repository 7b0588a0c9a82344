using System.Globalization;

namespace FriendNet.Node.Configuration;

/// <summary>
/// Hours in which other limits hold, by the clock on the wall:
/// <c>mon-fri 08:00-18:00 up=1MB down=off</c>. Hours that end before they begin go on past
/// midnight, and belong to the day on which they began.
/// </summary>
/// <param name="To">Not included; 24:00 is the day's end.</param>
public sealed record LimitHours(
    IReadOnlySet<DayOfWeek> Days,
    TimeSpan From,
    TimeSpan To,
    IReadOnlyDictionary<LimitKind, long?> Rates
)
{
    /// <summary>How they are written, for errors.</summary>
    public const string Shape =
        "write days, hours and limits, as in mon-fri 08:00-18:00 up=1MB down=off";

    private static readonly string[] DayWords = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="local">By the clock on the wall.</param>
    public bool Covers(DateTime local)
    {
        var (today, time) = (local.DayOfWeek, local.TimeOfDay);
        if (From < To)
        {
            return Days.Contains(today) && time >= From && time < To;
        }

        var yesterday = (DayOfWeek)(((int)today + 6) % 7);
        return (Days.Contains(today) && time >= From) || (Days.Contains(yesterday) && time < To);
    }

    /// <returns>Null: it is not written so.</returns>
    public static LimitHours? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var days = words.Length > 0 ? ParseDays(words[0]) : null;
        var rest = days is null ? words : words[1..];
        if (
            rest.Length < 2
            || rest[0].Split('-') is not [var from, var to]
            || !TryTime(from, out var begin)
            || !TryTime(to, out var end)
            || begin == Day
            || begin == end
        )
        {
            return null;
        }

        var rates = new Dictionary<LimitKind, long?>();
        foreach (var word in rest[1..])
        {
            if (
                word.Split('=') is not [var kind, var rate]
                || !LimitWords.TryParse(kind, out var known)
                || !LimitWords.TryRate(rate, out var bytes)
                || !rates.TryAdd(known, bytes)
            )
            {
                return null;
            }
        }

        return new LimitHours(days ?? Enum.GetValues<DayOfWeek>().ToHashSet(), begin, end, rates);
    }

    // mon, mon-fri, sat+sun, fri-mon.
    private static HashSet<DayOfWeek>? ParseDays(string word)
    {
        var days = new HashSet<DayOfWeek>();
        foreach (var part in word.Split('+'))
        {
            var ends = part.Split('-');
            var first = Array.IndexOf(DayWords, ends[0]);
            var last = Array.IndexOf(DayWords, ends[^1]);
            if (ends.Length > 2 || first < 0 || last < 0)
            {
                return null;
            }

            for (var day = first; ; day = (day + 1) % DayWords.Length)
            {
                days.Add((DayOfWeek)day);
                if (day == last)
                {
                    break;
                }
            }
        }

        return days;
    }

    private static bool TryTime(string text, out TimeSpan time)
    {
        time = Day;
        return text == "24:00"
            || TimeSpan.TryParseExact(text, @"hh\:mm", CultureInfo.InvariantCulture, out time);
    }
}
