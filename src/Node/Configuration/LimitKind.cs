using System.Globalization;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Configuration;

/// <summary>What can be limited.</summary>
public enum LimitKind
{
    Up,
    UpFriend,
    Down,
    DownFriend,
    Relay,
    RelayFriend,
}

/// <summary>A limit that somebody set while the daemon ran.</summary>
/// <param name="Friend">For this one only; null: for all, or each where the kind says so.</param>
/// <param name="Rate">Bytes a second; 0: nothing; null: no limit.</param>
public sealed record SaidLimit(LimitKind Kind, FriendId? Friend, long? Rate);

/// <summary>How kinds and rates are written.</summary>
public static class LimitWords
{
    private static readonly (LimitKind Kind, string Word, string Setting)[] Kinds =
    [
        (LimitKind.Up, "up", "up"),
        (LimitKind.UpFriend, "up-friend", "upFriend"),
        (LimitKind.Down, "down", "down"),
        (LimitKind.DownFriend, "down-friend", "downFriend"),
        (LimitKind.Relay, "relay", "relayRate"),
        (LimitKind.RelayFriend, "relay-friend", "relayFriendRate"),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Kinds.Select(one => one.Word)];

    public static string Of(LimitKind kind) => Kinds[(int)kind].Word;

    /// <summary>The name of the setting that says it.</summary>
    public static string Setting(LimitKind kind) => Kinds[(int)kind].Setting;

    /// <summary>The kind that holds for each friend; null: this one does.</summary>
    public static LimitKind? Each(LimitKind kind) =>
        kind is LimitKind.Up or LimitKind.Down or LimitKind.Relay ? kind + 1 : null;

    public static bool TryParse(string word, out LimitKind kind)
    {
        var at = Array.FindIndex(Kinds, one => one.Word == word);
        kind = (LimitKind)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>500kB, 5MB, 1GB, a plain number, off (0), max (null).</summary>
    public static bool TryRate(string text, out long? rate)
    {
        rate = text == "off" ? 0 : null;
        if (text is "off" or "max")
        {
            return true;
        }

        var digits = text.TrimEnd('k', 'M', 'G', 'B');
        long unit = text[digits.Length..] switch
        {
            "" or "B" => 1,
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => 0,
        };
        if (
            unit == 0
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
        {
            return false;
        }

        rate = count * unit;
        return true;
    }
}
