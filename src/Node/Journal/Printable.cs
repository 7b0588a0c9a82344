using System.Globalization;
using System.Text;

namespace FriendNet.Node.Journal;

/// <summary>Makes text from elsewhere safe to show: what cannot be seen is spelled out.</summary>
public static class Printable
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// Control characters, bidirectional overrides, line separators, private use and broken
    /// surrogates become <c>\u{202E}</c>; everything else stays as it is.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length; )
        {
            // A lone surrogate decodes as U+FFFD of one unit; show the unit itself.
            var whole = Rune.TryGetRuneAt(text, at, out var rune);
            var value = whole ? rune.Value : text[at];
            if (whole && IsVisible(rune))
            {
                shown.Append(text, at, rune.Utf16SequenceLength);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{value:X}}}");
            }

            at += whole ? rune.Utf16SequenceLength : 1;
        }

        return shown.ToString();
    }

    // Joiners are needed to spell Persian and family emoji, and move nothing.
    private static bool IsVisible(Rune rune) =>
        rune.Value is ZeroWidthJoiner or ZeroWidthNonJoiner
        || Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );
}
