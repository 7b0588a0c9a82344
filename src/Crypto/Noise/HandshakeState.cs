using System.Security.Cryptography;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Noise;

/// <summary>
/// Noise section 5.3 for 25519 and SHA256. Write and read in turns until
/// <see cref="IsComplete"/>, then <see cref="Split"/>, which consumes the state. After a false or
/// a 0 the handshake is over. Owns <c>e</c> and its copy of the psk, never <c>s</c>; dispose it.
/// </summary>
public sealed class HandshakeState : IDisposable
{
    /// <summary>Bytes of the longest Noise message (section 3).</summary>
    public const int MessageBytesMax = 65535;

    /// <summary>Bytes of a pre-shared key (section 9).</summary>
    public const int PskSize = 32;

    private const int DhLen = 32;

    private static readonly KeyAgreementAlgorithm X25519 = KeyAgreementAlgorithm.X25519;

    private readonly HandshakePattern _pattern;
    private readonly bool _initiator;
    private readonly SymmetricState _symmetric;
    private readonly SecureMemory? _psk;
    private readonly Key? _s;
    private readonly Key? _e;
    private PublicKey? _rs;
    private PublicKey? _re;
    private int _next;
    private bool _failed;
    private bool _disposed;

    /// <summary>
    /// Initialize: starts a handshake. <paramref name="e"/> is made afresh by the caller for this
    /// handshake alone and belongs to the state from here on. <paramref name="psk"/> is 32 bytes
    /// where the pattern has one, else empty.
    /// </summary>
    /// <exception cref="ArgumentException">A key that the pattern needs is missing.</exception>
    public HandshakeState(
        HandshakePattern pattern,
        bool initiator,
        ReadOnlySpan<byte> prologue,
        Key? s,
        Key? e,
        PublicKey? rs,
        PublicKey? re,
        ReadOnlySpan<byte> psk,
        CipherFunction cipher = CipherFunction.ChaChaPoly
    )
    {
        if (psk.Length != (pattern.UsesPsk ? PskSize : 0))
        {
            throw new ArgumentException("32 bytes or none: the pattern decides.", nameof(psk));
        }

        _pattern = pattern;
        _initiator = initiator;
        _s = s;
        _e = e;
        _rs = rs;
        _re = re;
        _psk = psk.IsEmpty ? null : new SecureMemory(psk);
        var name = cipher == CipherFunction.AesGcm ? "AESGCM" : "ChaChaPoly";
        _symmetric = new SymmetricState($"Noise_{pattern.Name}_25519_{name}_SHA256", cipher);
        _symmetric.MixHash(prologue);
        if (pattern.InitiatorPreMessage)
        {
            _symmetric.MixHash(StaticOf(initiator).Bytes);
        }

        if (pattern.ResponderPreMessage)
        {
            _symmetric.MixHash(StaticOf(!initiator).Bytes);
        }
    }

    /// <summary>True when all messages were exchanged: time to <see cref="Split"/>.</summary>
    public bool IsComplete => !_failed && _next == _pattern.Messages.Length;

    /// <summary>True when the next message is ours to write.</summary>
    public bool IsMyTurn => !_failed && !IsComplete && (_next % 2 == 0) == _initiator;

    /// <summary>The other's static key: as given, or as received.</summary>
    public PublicKey? RemoteStatic => _rs;

    /// <summary>h, 32 bytes: names this session once complete (section 11.2).</summary>
    public ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    /// <summary>Bytes that the next message adds to its payload.</summary>
    public int OverheadBytes =>
        _pattern.OverheadBytes(_next, _symmetric.HasKey, DhLen, CipherState.TagSize);

    /// <summary>
    /// Writes the next message: payload plus <see cref="OverheadBytes"/>. Returns its bytes, or 0
    /// when the other's public key is unfit (small order).
    /// </summary>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        Expect(myTurn: true);
        var length = payload.Length + OverheadBytes;
        if (length > MessageBytesMax || length > message.Length)
        {
            throw new ArgumentException("The message does not fit.", nameof(message));
        }

        var written = 0;
        foreach (var token in _pattern.Messages[_next])
        {
            switch (token)
            {
                case Token.E:
                    var e = Needed(_e).PublicKey.Bytes;
                    e.CopyTo(message[written..]);
                    MixEphemeral(e);
                    written += DhLen;
                    break;
                case Token.S:
                    var s = Needed(_s).PublicKey.Bytes;
                    written += _symmetric.EncryptAndHash(s, message[written..]);
                    break;
                default:
                    _failed = !TryMixSecret(token);
                    break;
            }

            if (_failed)
            {
                return 0;
            }
        }

        written += _symmetric.EncryptAndHash(payload, message[written..]);
        _next++;
        return written;
    }

    /// <summary>
    /// Reads the other's next message. False, and the handshake over, when it is not authentic or
    /// its payload does not fit. <see cref="RemoteStatic"/> is to be believed after a true only.
    /// </summary>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload, out int payloadBytes)
    {
        Expect(myTurn: false);
        payloadBytes = 0;
        var overhead = OverheadBytes;
        _failed =
            message.Length > MessageBytesMax
            || message.Length < overhead
            || message.Length - overhead > payload.Length
            || !TryReadTokens(ref message)
            || !_symmetric.TryDecryptAndHash(message, payload, out payloadBytes);
        if (_failed)
        {
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>
    /// More key material from the chaining key and the handshake hash, equal on both sides and
    /// different for each label (1 to 64 bytes). Only between completion and <see cref="Split"/>.
    /// </summary>
    public void Export(ReadOnlySpan<byte> label, Span<byte> key)
    {
        ExpectComplete();
        if (label.IsEmpty || label.Length > 64)
        {
            throw new ArgumentException("A label has 1 to 64 bytes.", nameof(label));
        }

        _symmetric.Export(label, key);
    }

    /// <summary>Returns the transport ciphers, the caller's to dispose; erases the rest.</summary>
    /// <param name="cipher">Agreed on in the payloads; null: that of the handshake.</param>
    public (CipherState Send, CipherState Receive) Split(CipherFunction? cipher = null)
    {
        ExpectComplete();
        var (first, second) = _symmetric.Split(cipher);
        Dispose();
        return _initiator ? (first, second) : (second, first);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _e?.Dispose();
        _psk?.Dispose();
        _symmetric.Dispose();
        _disposed = true;
    }

    private static T Needed<T>(T? key)
        where T : class =>
        key ?? throw new ArgumentNullException(nameof(key), "The pattern needs this key.");

    private PublicKey StaticOf(bool ours) => ours ? Needed(_s).PublicKey : Needed(_rs);

    private bool TryReadTokens(ref ReadOnlySpan<byte> message)
    {
        Span<byte> rs = stackalloc byte[DhLen];
        foreach (var token in _pattern.Messages[_next])
        {
            switch (token)
            {
                case Token.E:
                    _re = PublicKey.Import(X25519, message[..DhLen]);
                    MixEphemeral(_re.Bytes);
                    message = message[DhLen..];
                    break;
                case Token.S:
                    var length = DhLen + (_symmetric.HasKey ? CipherState.TagSize : 0);
                    if (!_symmetric.TryDecryptAndHash(message[..length], rs, out _))
                    {
                        return false;
                    }

                    _rs = PublicKey.Import(X25519, rs);
                    message = message[length..];
                    break;
                default:
                    if (!TryMixSecret(token))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    // Section 9.2: in psk handshakes the ephemeral is a key too, so that it randomises the rest.
    private void MixEphemeral(ReadOnlySpan<byte> e)
    {
        _symmetric.MixHash(e);
        if (_psk is not null)
        {
            _symmetric.MixKey(e);
        }
    }

    private bool TryMixSecret(Token token)
    {
        if (token == Token.Psk)
        {
            _symmetric.MixKeyAndHash(Needed(_psk).Span);
            return true;
        }

        // The first letter names the initiator's key, the second the responder's.
        var oursIsStatic = token == Token.Ss || token == (_initiator ? Token.Se : Token.Es);
        var theirsIsStatic = token == Token.Ss || token == (_initiator ? Token.Es : Token.Se);
        Span<byte> secret = stackalloc byte[DhLen];
        var agreed = X25519.TryAgree(
            Needed(oursIsStatic ? _s : _e),
            Needed(theirsIsStatic ? _rs : _re),
            secret
        );
        if (agreed)
        {
            _symmetric.MixKey(secret);
        }

        CryptographicOperations.ZeroMemory(secret);
        return agreed;
    }

    private void Expect(bool myTurn)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed || IsComplete || IsMyTurn != myTurn)
        {
            throw new InvalidOperationException("It is not the turn for this, or it is over.");
        }
    }

    private void ExpectComplete()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!IsComplete)
        {
            throw new InvalidOperationException("The handshake is not complete.");
        }
    }
}
