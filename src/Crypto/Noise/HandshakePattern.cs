using System.Globalization;

namespace FriendNet.Crypto.Noise;

/// <summary>What a party does next in a message (Noise section 5).</summary>
internal enum Token
{
    E,
    S,
    Ee,
    Es,
    Se,
    Ss,
    Psk,
}

/// <summary>
/// A handshake pattern as a table of tokens, with pskN modifiers (Noise sections 7 and 9): the
/// pre-messages, then the messages, which initiator and responder write in turns.
/// </summary>
public sealed class HandshakePattern
{
    // As in sections 7.4 and 7.5; the initiator is on the left, so "->" is its message.
    private static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["N"] = "<- s ... -> e es",
        ["K"] = "-> s <- s ... -> e es ss",
        ["X"] = "<- s ... -> e es s ss",
        ["NN"] = "... -> e <- e ee",
        ["NK"] = "<- s ... -> e es <- e ee",
        ["NX"] = "... -> e <- e ee s es",
        ["KN"] = "-> s ... -> e <- e ee se",
        ["KK"] = "-> s <- s ... -> e es ss <- e ee se",
        ["KX"] = "-> s ... -> e <- e ee se s es",
        ["XN"] = "... -> e <- e ee -> s se",
        ["XK"] = "<- s ... -> e es <- e ee -> s se",
        ["XX"] = "... -> e <- e ee s es -> s se",
        ["IN"] = "... -> e s <- e ee se",
        ["IK"] = "<- s ... -> e es s ss <- e ee se",
        ["IX"] = "... -> e s <- e ee se s es",
    };

    private HandshakePattern(string name, Parts parts)
    {
        Name = name;
        InitiatorPreMessage = parts.InitiatorPre;
        ResponderPreMessage = parts.ResponderPre;
        Messages = parts.Messages;
        UsesPsk = Messages.Any(message => message.Contains(Token.Psk));
    }

    /// <summary>
    /// Friends: mutual authentication, identities hidden, bound to the pair secret.
    /// </summary>
    public static HandshakePattern IKpsk2 { get; } = Parse("IKpsk2");

    /// <summary>
    /// Trust paths: the initiator stays anonymous, the responder's key is known.
    /// </summary>
    public static HandshakePattern NK { get; } = Parse("NK");

    /// <summary>The names without modifiers that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    /// <summary>Name with modifiers, such as <c>IKpsk2</c>.</summary>
    public string Name { get; }

    /// <summary>True when the parties need a pre-shared key.</summary>
    public bool UsesPsk { get; }

    internal bool InitiatorPreMessage { get; }

    internal bool ResponderPreMessage { get; }

    internal Token[][] Messages { get; }

    /// <summary>Finds a pattern by its name, such as <c>XX</c> or <c>NNpsk0+psk2</c>.</summary>
    /// <exception cref="ArgumentException">There is no such pattern or modifier.</exception>
    public static HandshakePattern Parse(string name)
    {
        var end = name.IndexOf("psk", StringComparison.Ordinal);
        var root = end < 0 ? name : name[..end];
        if (!Table.TryGetValue(root, out var tokens))
        {
            throw new ArgumentException($"There is no pattern {name}.", nameof(name));
        }

        var parts = ParseTokens(tokens);
        var modifiers = end < 0 ? [] : name[end..].Split('+');
        foreach (var modifier in modifiers)
        {
            if (!TryApplyPsk(parts.Messages, modifier))
            {
                throw new ArgumentException($"There is no pattern {name}.", nameof(name));
            }
        }

        return new HandshakePattern(name, parts);
    }

    // Bytes that a message adds to its payload, given whether a key was mixed before it.
    internal int OverheadBytes(int message, bool hasKey, int dhLen, int tagSize)
    {
        var bytes = 0;
        foreach (var token in message < Messages.Length ? Messages[message] : [])
        {
            bytes += token switch
            {
                Token.E => dhLen,
                Token.S => dhLen + (hasKey ? tagSize : 0),
                _ => 0,
            };
            hasKey |= token is not (Token.E or Token.S) || (token == Token.E && UsesPsk);
        }

        return bytes + (hasKey ? tagSize : 0);
    }

    private static Parts ParseTokens(string text)
    {
        var halves = text.Split("...");
        var messages = new List<List<Token>>();
        foreach (var word in halves[1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "->" or "<-")
            {
                messages.Add([]);
            }
            else
            {
                messages[^1].Add(Enum.Parse<Token>(word, ignoreCase: true));
            }
        }

        return new Parts(
            halves[0].Contains("-> s", StringComparison.Ordinal),
            halves[0].Contains("<- s", StringComparison.Ordinal),
            [.. messages.Select(message => message.ToArray())]
        );
    }

    // Section 9.4: psk0 stands at the start of the first message, pskN at the end of the Nth.
    private static bool TryApplyPsk(Token[][] messages, string modifier)
    {
        if (
            !modifier.StartsWith("psk", StringComparison.Ordinal)
            || !int.TryParse(
                modifier.AsSpan(3),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var place
            )
            || place > messages.Length
        )
        {
            return false;
        }

        var index = Math.Max(0, place - 1);
        messages[index] =
            place == 0 ? [Token.Psk, .. messages[0]] : [.. messages[index], Token.Psk];
        return true;
    }

    private sealed record Parts(bool InitiatorPre, bool ResponderPre, Token[][] Messages);
}
