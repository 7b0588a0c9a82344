using System.Globalization;

namespace FriendNet.Node.Cli.Rendering;

/// <summary>Figures as people read them; decimal units (1 kB is 1,000 bytes).</summary>
public static class Amount
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Three digits: <c>0 B</c>, <c>1.50 kB</c>, <c>23.4 MB</c>.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (bytes >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        var digits =
            unit == 0 || bytes >= 99.95 ? "0"
            : bytes >= 9.995 ? "0.0"
            : "0.00";
        return $"{bytes.ToString(digits, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    public static string Rate(double bytesPerSecond) => $"{Bytes(bytesPerSecond)}/s";

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Files(long count) => count == 1 ? "1 file" : $"{Count(count)} files";

    public static string People(long count) => count == 1 ? "1 person" : $"{Count(count)} people";

    /// <summary><c>4 s</c>, <c>3 min 12 s</c>, <c>5 h 2 min</c>, <c>2 days</c>.</summary>
    public static string Time(double seconds) =>
        seconds switch
        {
            < 0 or double.NaN or > 1e9 => "-",
            < 9.95 => $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
            < 59.5 => $"{seconds:0} s",
            < 3600 => $"{(long)seconds / 60} min {(long)seconds % 60} s",
            < 172_800 => $"{(long)seconds / 3600} h {(long)seconds % 3600 / 60} min",
            _ => $"{(long)seconds / 86_400} days",
        };

    /// <summary>How long ago, or <c>never</c>.</summary>
    public static string Ago(DateTimeOffset? moment, DateTimeOffset now) =>
        moment is { } then ? $"{Time(Math.Max(0, (now - then).TotalSeconds))} ago" : "never";
}
