using System.Net;
using System.Net.Sockets;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Engine;
using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Configuration;

/// <summary>What the daemon was told: flags over environment over config.json.</summary>
/// <param name="Listen">Where to accept friends; port 0 picks a free one.</param>
/// <param name="Announce">"host:port" to tell friends as well, as behind a router.</param>
/// <param name="Downloads">Absolute path of the folder that fetched files land in.</param>
/// <param name="Name">What new friends call this node; null: "friend".</param>
/// <param name="Padding">Hide the sizes of small records.</param>
/// <param name="PassphraseFile">Holds the passphrase of the key file; null: it has none.</param>
public sealed record Settings(
    IReadOnlyList<IPEndPoint> Listen,
    IReadOnlyList<string> Announce,
    string Downloads,
    string? Name,
    bool Padding,
    LogLevel Log,
    string? PassphraseFile
)
{
    /// <summary>Limits in bytes a second, of which something was said; null: none.</summary>
    public IReadOnlyDictionary<LimitKind, long?> Limits { get; init; } =
        new Dictionary<LimitKind, long?>();

    /// <summary>Hours in which other limits hold.</summary>
    public IReadOnlyList<LimitHours> Schedule { get; init; } = [];

    /// <summary>Whether friends that fetch the same are told, and served what came.</summary>
    public bool ShareParts { get; init; } = true;

    /// <summary>How many links what we show our circle may go.</summary>
    public int Horizon { get; init; } = EngineSettings.HorizonUsual;

    /// <summary>Where a copy of all that is passed on goes; null: nowhere.</summary>
    public string? RelayCapture { get; init; }

    /// <param name="flags">By setting name; what was not said is absent.</param>
    /// <exception cref="FailureException">The first wrong setting, where, and why.</exception>
    public static Settings Load(
        Home home,
        IReadOnlyDictionary<string, IReadOnlyList<string>> flags,
        Func<string, string?> environment
    )
    {
        var said = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (var value in SettingsFile.Read(home.ConfigFile))
        {
            said[value.Key.Name] = value;
        }

        foreach (var key in SettingKey.All)
        {
            if (environment(key.Variable) is { Length: > 0 } text)
            {
                var texts = key.Shape == SettingShape.Texts ? text.Split(',') : [text];
                said[key.Name] = new(key, texts, key.Variable);
            }

            if (flags.TryGetValue(key.Name, out var values) && values.Count > 0)
            {
                said[key.Name] = new(key, values, $"--{key.Flag}");
            }
        }

        return From(said, environment);
    }

    private static Settings From(
        Dictionary<string, SettingValue> said,
        Func<string, string?> environment
    ) =>
        new(
            said.TryGetValue("listen", out var listen) ? listen.EndPoints() : [AnyPort],
            said.TryGetValue("announce", out var announce) ? announce.HostPorts() : [],
            said.TryGetValue("downloads", out var downloads)
                ? downloads.Folder(environment)
                : Path.Combine(environment("HOME") ?? "/", "Downloads", "FriendNet"),
            said.TryGetValue("name", out var name) ? name.NodeName() : null,
            said.TryGetValue("padding", out var padding) && padding.Switch(),
            said.TryGetValue("log", out var log) ? log.Level() : LogLevel.Information,
            said.TryGetValue("passphraseFile", out var file) ? file.Folder(environment) : null
        )
        {
            Limits = Enum.GetValues<LimitKind>()
                .Where(kind => said.ContainsKey(LimitWords.Setting(kind)))
                .ToDictionary(kind => kind, kind => said[LimitWords.Setting(kind)].Rate()),
            Schedule = said.TryGetValue("schedule", out var hours) ? hours.Schedule() : [],
            ShareParts = !said.TryGetValue("shareParts", out var parts) || parts.Switch(),
            Horizon = said.TryGetValue("horizon", out var horizon)
                ? horizon.Links()
                : EngineSettings.HorizonUsual,
            RelayCapture = said.TryGetValue("relayCapture", out var capture)
                ? capture.Folder(environment)
                : null,
        };

    // One socket on [::] takes IPv4 as well.
    private static IPEndPoint AnyPort =>
        new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
}
