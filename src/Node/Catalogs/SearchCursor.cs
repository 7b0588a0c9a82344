using System.Globalization;

namespace FriendNet.Node.Catalogs;

/// <summary>Where the next page begins: in rows before one, or further on in the last window.
/// </summary>
/// <param name="From">The window's last row; 0: a new window.</param>
/// <param name="Match">By which of the words' matches it was made.</param>
/// <param name="Offset">Hits of the window that were shown.</param>
internal readonly record struct SearchCursor(long Before, long From, int Match, int Offset)
{
    internal static readonly SearchCursor Start = new(long.MaxValue, 0, 0, 0);

    // What is no cursor of ours begins at the beginning.
    internal static SearchCursor Parse(string? text)
    {
        var parts = text?.Split('.') ?? [];
        return
            parts.Length == 4
            && TryParse(parts[0], out var before)
            && TryParse(parts[1], out var from)
            && TryParse(parts[2], out var match)
            && TryParse(parts[3], out var offset)
            ? new(
                before,
                from,
                (int)Math.Min(match, int.MaxValue),
                (int)Math.Min(offset, int.MaxValue)
            )
            : Start;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Before}.{From}.{Match}.{Offset}");

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
