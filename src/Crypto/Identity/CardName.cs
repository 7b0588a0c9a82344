using System.Buffers;
using System.Globalization;
using System.Text;

namespace FriendNet.Crypto.Identity;

/// <summary>
/// What a person may be called: names are shown in terminals and pages of others.
/// </summary>
public static class CardName
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int BytesMax = 64;

    /// <summary>
    /// True for 1 to 64 bytes of valid UTF-8 without control characters, line separators or
    /// marks that turn the writing direction, and without white space at either end.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > BytesMax)
        {
            return false;
        }

        var first = true;
        var space = false;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var bytes) != OperationStatus.Done)
            {
                return false;
            }

            space = Rune.IsWhiteSpace(rune);
            if (IsUnfit(rune) || (first && space))
            {
                return false;
            }

            first = false;
            name = name[bytes..];
        }

        return !space;
    }

    private static bool IsUnfit(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
        || rune.Value
            is 0x061C
                or 0x200E
                or 0x200F
                or (>= 0x202A and <= 0x202E)
                or (>= 0x2066 and <= 0x2069);
}
