using System.Globalization;
using System.Text;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Downloads;

/// <summary>
/// One name of a file or folder as a peer gave it, made fit to stand on our disk. Refused: empty,
/// ".", "..", with '/' or NUL, over 255 bytes. Replaced by '_': control characters, those that
/// turn the direction of writing, and what is no Unicode, so that a name shows as what it is.
/// </summary>
public static class SafeName
{
    private const char Stand = '_';

    /// <summary>False: refuse the whole path.</summary>
    public static bool TryMake(ReadOnlySpan<char> given, out string name)
    {
        name = "";
        if (
            given is "" or "." or ".."
            || given.ContainsAny('/', '\0')
            || Encoding.UTF8.GetByteCount(given) > Limits.NameBytesMax
        )
            return false;
        name = IsPlain(given) ? given.ToString() : Clean(given);
        return true;
    }

    /// <summary>From raw bytes; those that are no UTF-8 are replaced.</summary>
    public static bool TryMake(ReadOnlySpan<byte> given, out string name)
    {
        name = "";
        return given.Length <= Limits.NameBytesMax
            && TryMake(Encoding.UTF8.GetString(given).Replace('\uFFFD', Stand), out name);
    }

    /// <summary>"name.ext", "name (2).ext", "name (3).ext" …, never over 255 bytes.</summary>
    /// <param name="number">From 1.</param>
    public static string Numbered(string name, int number, bool isFolder, string suffix = "")
    {
        var dot = isFolder ? -1 : name.LastIndexOf('.');
        // What is long behind a dot is no extension.
        var (stem, extension) =
            dot > 0 && name.Length - dot <= 16 ? (name[..dot], name[dot..]) : (name, "");
        var tail = number == 1 ? extension : $" ({number}){extension}";
        tail += suffix;
        var room = Limits.NameBytesMax - Encoding.UTF8.GetByteCount(tail);
        return Cut(stem, room) + tail;
    }

    private static string Cut(string text, int bytesMax)
    {
        var bytes = 0;
        var chars = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
                return text[..chars];
            chars += rune.Utf16SequenceLength;
        }

        return text;
    }

    private static bool IsPlain(ReadOnlySpan<char> given) =>
        !given.ContainsAnyExceptInRange(' ', '~');

    private static string Clean(ReadOnlySpan<char> given)
    {
        var clean = new StringBuilder(given.Length);
        foreach (var rune in given.EnumerateRunes())
        {
            var isShown =
                rune != Rune.ReplacementChar
                && Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.Surrogate
                    );
            clean.Append(isShown ? rune.ToString() : Stand.ToString());
        }

        return clean.ToString();
    }
}
