namespace FriendNet.Node.Configuration;

/// <summary>How a setting is written in config.json.</summary>
public enum SettingShape
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A string, or an array of strings.</summary>
    Texts,

    /// <summary>true or false; on or off elsewhere.</summary>
    Switch,
}

/// <summary>One setting, by its three names.</summary>
public sealed record SettingKey(
    string Name,
    string Flag,
    string Variable,
    SettingShape Shape,
    string Meaning
)
{
    /// <summary>Every setting there is; docs/cli.md holds the same table.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new(
            "listen",
            "listen",
            "FRIENDNET_LISTEN",
            SettingShape.Texts,
            "HOST:PORT to accept friends on; port 0 picks a free one"
        ),
        new(
            "announce",
            "announce",
            "FRIENDNET_ANNOUNCE",
            SettingShape.Texts,
            "HOST:PORT friends can reach from outside, as forwarded by a router"
        ),
        new(
            "downloads",
            "downloads",
            "FRIENDNET_DOWNLOADS",
            SettingShape.Text,
            "folder for fetched files"
        ),
        new(
            "name",
            "name",
            "FRIENDNET_NAME",
            SettingShape.Text,
            "what this node is called by who becomes a friend from then on"
        ),
        new(
            "padding",
            "padding",
            "FRIENDNET_PADDING",
            SettingShape.Switch,
            "hide the sizes of small messages"
        ),
        new(
            "up",
            "up",
            "FRIENDNET_UP",
            SettingShape.Text,
            "bytes a second sent to all friends: 5MB, off or max"
        ),
        new(
            "upFriend",
            "up-friend",
            "FRIENDNET_UP_FRIEND",
            SettingShape.Text,
            "the same for each friend"
        ),
        new(
            "down",
            "down",
            "FRIENDNET_DOWN",
            SettingShape.Text,
            "bytes a second fetched from all friends: 5MB, off or max"
        ),
        new(
            "downFriend",
            "down-friend",
            "FRIENDNET_DOWN_FRIEND",
            SettingShape.Text,
            "the same for each friend"
        ),
        new(
            "shareParts",
            "share-parts",
            "FRIENDNET_SHARE_PARTS",
            SettingShape.Switch,
            "serve what is being fetched to friends that fetch the same, and be served"
        ),
        new(
            "horizon",
            "horizon",
            "FRIENDNET_HORIZON",
            SettingShape.Text,
            "links that what you show your circle goes: 1 friends, 2 their friends, up to 4"
        ),
        new(
            "relayRate",
            "relay-rate",
            "FRIENDNET_RELAY_RATE",
            SettingShape.Text,
            "bytes a second passed on for all friends: 5MB, off or max"
        ),
        new(
            "relayFriendRate",
            "relay-friend-rate",
            "FRIENDNET_RELAY_FRIEND_RATE",
            SettingShape.Text,
            "the same for each friend that asks"
        ),
        new(
            "schedule",
            "schedule",
            "FRIENDNET_SCHEDULE",
            SettingShape.Texts,
            "hours in which other limits hold: mon-fri 08:00-18:00 up=1MB down=off"
        ),
        new(
            "relayCapture",
            "relay-capture",
            "FRIENDNET_RELAY_CAPTURE",
            SettingShape.Text,
            "file that keeps all that is passed on, to see that it cannot be read"
        ),
        new(
            "log",
            "log",
            "FRIENDNET_LOG",
            SettingShape.Text,
            "least level logged: debug, info, warning or error"
        ),
        new(
            "passphraseFile",
            "passphrase-file",
            "FRIENDNET_PASSPHRASE_FILE",
            SettingShape.Text,
            "file that holds the passphrase of identity.key"
        ),
    ];
}
