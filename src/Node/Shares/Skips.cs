using System.Globalization;
using System.Text;

namespace FriendNet.Node.Shares;

/// <summary>Why something in a shared folder is not indexed.</summary>
internal enum SkipReason
{
    /// <summary>Not valid UTF-8, or holds control characters.</summary>
    Name,

    /// <summary>Name, path or depth beyond the limits of the protocol.</summary>
    TooLong,

    /// <summary>No right to read, or the disk failed.</summary>
    Unreadable,

    /// <summary>Pipe, socket or device.</summary>
    Special,

    /// <summary>It changed while it was hashed, or just before; it is tried again.</summary>
    Changing,

    /// <summary>A bug of ours that this file brought out.</summary>
    Failed,

    /// <summary>A symbolic link; never followed, and not an error.</summary>
    Link,

    /// <summary>Being fetched: it is not yet what it will be, and that is no error.</summary>
    Unfinished,
}

/// <summary>Counts what one scan left out, with an example of each kind.</summary>
internal sealed class Skips
{
    private readonly long[] _counts = new long[Enum.GetValues<SkipReason>().Length];
    private readonly string?[] _examples = new string?[Enum.GetValues<SkipReason>().Length];

    /// <summary>All but links, what is being fetched, and what is tried again by itself.</summary>
    internal long Errors =>
        _counts.Sum()
        - _counts[(int)SkipReason.Link]
        - _counts[(int)SkipReason.Unfinished]
        - _counts[(int)SkipReason.Changing];

    internal void Add(SkipReason reason, string example)
    {
        _counts[(int)reason]++;
        _examples[(int)reason] ??= example;
    }

    /// <summary>One sentence a kind of error; empty when there is none.</summary>
    internal string Sentence()
    {
        var text = new StringBuilder();
        Append(text, SkipReason.Name, "not valid UTF-8 or with control characters; rename");
        Append(text, SkipReason.TooLong, "too long or too deep; move nearer to the top");
        Append(text, SkipReason.Unreadable, "cannot be read; allow FriendNet's user to read");
        Append(text, SkipReason.Special, "no file (a pipe, socket or device)");
        Append(text, SkipReason.Failed, "beyond FriendNet for a fault of its own; report it");
        return text.ToString();
    }

    /// <summary>
    /// Control characters as \xNN, so that a name cannot play tricks on a screen.
    /// </summary>
    internal static string Escape(ReadOnlySpan<char> name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsControl(c))
                text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                text.Append(c);
        }
        return text.ToString();
    }

    private void Append(StringBuilder text, SkipReason reason, string what)
    {
        var count = _counts[(int)reason];
        if (count == 0)
            return;
        var example = Escape(_examples[(int)reason]);
        var space = text.Length > 0 ? " " : "";
        text.Append(CultureInfo.InvariantCulture, $"{space}{count} skipped, {what} ({example}).");
    }
}
