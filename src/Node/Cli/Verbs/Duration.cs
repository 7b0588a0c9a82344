using System.Globalization;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>A length of time as people write it: a number and s, m, h or d.</summary>
internal static class Duration
{
    private const long SecondsMax = 366L * 86_400;

    /// <exception cref="FailureException">Not such a thing, or none, or over a year.</exception>
    public static long Seconds(string text)
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        long scale = unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => 0,
        };
        var isNumber = int.TryParse(
            text.AsSpan(0, Math.Max(0, text.Length - 1)),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        );
        return isNumber && number * scale is > 0 and <= SecondsMax
            ? number * scale
            : throw new FailureException(
                FailureKind.Usage,
                $"\"{text}\" is no length of time: write 30m, 12h or 7d, a year at most."
            );
    }
}
