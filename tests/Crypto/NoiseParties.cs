using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Tests.Crypto;

/// <summary>
/// Two sides of one handshake, with keys from a seed; each side's inputs can differ.
/// </summary>
internal sealed class NoiseParties : IDisposable
{
    private readonly Key _initiatorStatic;
    private readonly Key _responderStatic;

    public NoiseParties(
        string pattern,
        byte[]? responderPrologue = null,
        byte[]? responderPsk = null
    )
    {
        var entropy = new SeededEntropy(1);
        _initiatorStatic = Key.Create(KeyAgreementAlgorithm.X25519, entropy);
        _responderStatic = Key.Create(KeyAgreementAlgorithm.X25519, entropy);
        var parsed = HandshakePattern.Parse(pattern);
        byte[] prologue = [1, 2, 3];
        var psk = new byte[parsed.UsesPsk ? 32 : 0];
        entropy.Fill(psk);
        Initiator = new HandshakeState(
            parsed,
            initiator: true,
            prologue,
            _initiatorStatic,
            Key.Create(KeyAgreementAlgorithm.X25519, entropy),
            _responderStatic.PublicKey,
            re: null,
            psk
        );
        Responder = new HandshakeState(
            parsed,
            initiator: false,
            responderPrologue ?? prologue,
            _responderStatic,
            Key.Create(KeyAgreementAlgorithm.X25519, entropy),
            // A wrong key where the pattern sends the right one, so that reading it shows.
            pattern[0] is 'K'
                ? _initiatorStatic.PublicKey
                : _responderStatic.PublicKey,
            re: null,
            responderPsk ?? psk
        );
    }

    public HandshakeState Initiator { get; }

    public HandshakeState Responder { get; }

    public PublicKey InitiatorStatic => _initiatorStatic.PublicKey;

    /// <summary>Names of all patterns, bare and with each psk modifier they can take.</summary>
    public static IEnumerable<string> PatternNames()
    {
        foreach (var name in HandshakePattern.Names)
        {
            yield return name;
            var messages =
                name.Length == 1 ? 1
                : name[0] == 'X' ? 3
                : 2;
            for (var place = 0; place <= messages; place++)
            {
                yield return $"{name}psk{place}";
            }
        }
    }

    /// <summary>
    /// Runs to the end, handing each message to <paramref name="onWire"/>, which gives the one to
    /// read.
    /// Returns the messages' lengths, or null when a side refused.
    /// </summary>
    public int[]? Run(Func<int, byte[], byte[]>? onWire = null)
    {
        List<int> lengths = [];
        var payload = new byte[256];
        while (!Initiator.IsComplete)
        {
            var (writer, reader) = Initiator.IsMyTurn
                ? (Initiator, Responder)
                : (Responder, Initiator);
            byte[] text = [7, 7, (byte)lengths.Count];
            var message = new byte[text.Length + writer.OverheadBytes];
            var written = writer.WriteMessage(text, message);
            if (written == 0)
            {
                return null;
            }

            message = onWire?.Invoke(lengths.Count, message) ?? message;
            if (!reader.TryReadMessage(message, payload, out _))
            {
                return null;
            }

            lengths.Add(written);
        }

        return [.. lengths];
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
        _initiatorStatic.Dispose();
        _responderStatic.Dispose();
    }
}
