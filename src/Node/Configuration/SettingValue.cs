using System.Globalization;
using System.Net;
using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;
using Microsoft.Extensions.Logging;
using Bounds = FriendNet.Protocol.Bounds.Limits;

namespace FriendNet.Node.Configuration;

/// <summary>What was said for one setting, and where; each getter checks it for one use.</summary>
/// <param name="Origin">For the sentence: a flag, a variable, or the file.</param>
public sealed record SettingValue(SettingKey Key, IReadOnlyList<string> Texts, string Origin)
{
    private string Text => Texts[^1];

    /// <exception cref="FailureException">Not HOST:PORT of an address or localhost.</exception>
    public IReadOnlyList<IPEndPoint> EndPoints() => [.. Texts.Select(EndPoint)];

    /// <exception cref="FailureException">Not HOST:PORT.</exception>
    public IReadOnlyList<string> HostPorts() =>
        [
            .. Texts.Select(text =>
                TrySplit(text, out _, out var port) && port > 0
                    ? text
                    : throw Wrong(text, "write HOST:PORT, as in example.net:4100")
            ),
        ];

    /// <summary>An absolute path; <c>~/</c> is the user's folder.</summary>
    public string Folder(Func<string, string?> environment) =>
        Text.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(environment("HOME") ?? "/", Text[2..])
        : Text.Length > 0 ? Path.GetFullPath(Text)
        : throw Wrong(Text, "write a path");

    /// <exception cref="FailureException">Not what a card may be called.</exception>
    public string NodeName() =>
        CardName.IsValid(Encoding.UTF8.GetBytes(Text))
            ? Text
            : throw Wrong(Text, "a name has 1 to 64 bytes and nothing that cannot be seen");

    /// <summary>Bytes a second; 0: off; null: no limit.</summary>
    /// <exception cref="FailureException">No amount.</exception>
    public long? Rate()
    {
        return LimitWords.TryRate(Text, out var rate)
            ? rate
            : throw Wrong(Text, "say how much a second, as in 500kB or 5MB, or off, or max");
    }

    /// <exception cref="FailureException">Not days, hours and limits.</exception>
    public IReadOnlyList<LimitHours> Schedule() =>
        [.. Texts.Select(text => LimitHours.Parse(text) ?? throw Wrong(text, LimitHours.Shape))];

    /// <summary>How far a circle reaches.</summary>
    /// <exception cref="FailureException">Not 1 to HorizonMax.</exception>
    public int Links() =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var links)
        && links is >= 1 and <= Bounds.HorizonMax
            ? links
            : throw Wrong(Text, $"say a number of links from 1 to {Bounds.HorizonMax}");

    public bool Switch() =>
        Text switch
        {
            "true" or "on" or "yes" => true,
            "false" or "off" or "no" => false,
            _ => throw Wrong(Text, "say on or off"),
        };

    public LogLevel Level() =>
        Text switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => throw Wrong(
                Text,
                "say debug, info, warning or error."
                    + Suggestion.For(Text, ["debug", "info", "warning", "error"])
            ),
        };

    private static bool TrySplit(string text, out string host, out ushort port)
    {
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon] : "";
        port = 0;
        return colon > 0
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, null, out port)
            && Uri.CheckHostName(host) != UriHostNameType.Unknown;
    }

    private IPEndPoint EndPoint(string text)
    {
        if (TrySplit(text, out var host, out var port))
        {
            if (host == "localhost")
            {
                return new(IPAddress.Loopback, port);
            }

            if (IPAddress.TryParse(host, out var address))
            {
                return new(address, port);
            }
        }

        throw Wrong(text, "write HOST:PORT, as in 0.0.0.0:4100 or [::]:0");
    }

    private FailureException Wrong(string text, string what)
    {
        var shown = Printable.Escape(text);
        return new(FailureKind.Setup, $"{Origin} says \"{shown}\" for {Key.Name}: {what}.");
    }
}
