using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Link;

/// <summary>
/// The dialer's half: send <see cref="Hello"/>, give what comes back to <see cref="Handle"/>, and
/// on Complete <see cref="TakeOutcome"/>. Layouts: Veil.cs, Handshake.cs.
/// </summary>
public sealed class DialerHandshake : IDisposable
{
    private readonly PublicKey _rs;
    private readonly bool _redeems;
    private readonly bool _quickAtAes;
    private readonly SecureMemory _mask = new(PairSecret.Size);
    private readonly HandshakeBuffer _buffer = new();
    private HandshakeState? _noise;
    private VeilBox? _box;
    private int _boxBytes;
    private HandshakeOutcome? _outcome;

    private DialerHandshake(PublicKey rs, PairSecret secret, bool redeems, bool quickAtAes)
    {
        _rs = rs;
        _redeems = redeems;
        _quickAtAes = quickAtAes;
        secret.DeriveVeilMaskKey(_mask.Span);
    }

    /// <summary>The first bytes to send.</summary>
    public ReadOnlyMemory<byte> Hello { get; private set; }

    /// <summary>
    /// Starts a dial; null when <paramref name="rs"/> is unfit (no honest card has such a key).
    /// </summary>
    /// <param name="s">Our X25519 key; remains the caller's.</param>
    /// <param name="rs">The X25519 key of the friend, or of the inviter from its link.</param>
    /// <param name="secret">Shared with the friend, or of the invitation; the caller's.</param>
    /// <param name="card">Our card when redeeming an invitation, else null.</param>
    /// <param name="timestamp">
    /// Later than that of every earlier dial to this friend: now, or the last one plus 1 µs.
    /// </param>
    /// <param name="quickAtAes">What we offer: see <see cref="CipherOffer"/>.</param>
    public static DialerHandshake? TryStart(
        Key s,
        PublicKey rs,
        PairSecret secret,
        Card? card,
        Instant timestamp,
        IEntropy entropy,
        bool quickAtAes
    )
    {
        if (card is not null && !card.AgreementKey.Equals(s.PublicKey))
        {
            throw new ArgumentException("The card is not of this key.", nameof(card));
        }

        var dialer = new DialerHandshake(rs, secret, card is not null, quickAtAes);
        if (dialer.TryWriteHello(s, secret, card, timestamp, entropy))
        {
            return dialer;
        }

        dialer.Dispose();
        return null;
    }

    /// <summary>
    /// Takes bytes as they come. <paramref name="used"/> of them belong to the answer; on
    /// Complete the rest are records.
    /// </summary>
    public HandshakeStatus Handle(ReadOnlySpan<byte> bytes, out int used)
    {
        used = 0;
        if (_outcome is not null)
        {
            return HandshakeStatus.Complete;
        }

        if (_noise is null)
        {
            return HandshakeStatus.Junk;
        }

        var rest = bytes;
        if (_box is null)
        {
            if (!_buffer.TryFill(ref rest, Veil.AnswerHeadBytes))
            {
                used = bytes.Length;
                return HandshakeStatus.NeedMore;
            }

            if (!TryReadHead())
            {
                return Fail();
            }
        }

        if (!_buffer.TryFill(ref rest, Veil.AnswerHeadBytes + _boxBytes))
        {
            used = bytes.Length;
            return HandshakeStatus.NeedMore;
        }

        used = bytes.Length - rest.Length;
        return TryReadAnswer() ? HandshakeStatus.Complete : Fail();
    }

    /// <summary>
    /// Hands over keys, and card and secret of an invitation; once, after Complete.
    /// </summary>
    public HandshakeOutcome TakeOutcome()
    {
        var outcome = _outcome ?? throw new InvalidOperationException("It is not complete.");
        _outcome = null;
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _noise?.Dispose();
        _noise = null;
        _mask.Dispose();
        _box?.Dispose();
        _outcome?.Dispose();
        _outcome = null;
    }

    private bool TryWriteHello(
        Key s,
        PairSecret secret,
        Card? card,
        Instant timestamp,
        IEntropy entropy
    )
    {
        Span<byte> nonce = stackalloc byte[Veil.NonceSize];
        Span<byte> psk = stackalloc byte[PairSecret.Size];
        entropy.Fill(nonce);
        secret.DeriveNoisePsk(psk);
        _noise = LinkNoise.Start(dialer: true, nonce, s, _rs, psk, entropy);
        CryptographicOperations.ZeroMemory(psk);

        var payload = new byte[sizeof(long) + CipherOffer.Bytes + (card?.Bytes.Length ?? 0)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, timestamp.Microseconds);
        payload[sizeof(long)] = CipherOffer.Of(_quickAtAes);
        card?.Bytes.CopyTo(payload.AsSpan(sizeof(long) + CipherOffer.Bytes));
        Span<byte> message = stackalloc byte[Limits.HandshakeBytesMax];
        var length = _noise.WriteMessage(payload, message);
        if (length == 0)
        {
            return false;
        }

        var hello = new byte[Veil.DrawBytes(Veil.HelloHeadBytes, length, entropy)];
        nonce.CopyTo(hello);
        using var box = Veil.Box(_mask.Span, nonce, Veil.HelloInfo);
        box.WriteLength(hello.Length - Veil.HelloHeadBytes, hello.AsSpan(Veil.NonceSize));
        Veil.WriteTag(secret, hello);
        box.Seal(
            hello.AsSpan(0, Veil.HelloHeadBytes),
            message[..length],
            hello.AsSpan(Veil.HelloHeadBytes)
        );
        Hello = hello;
        return true;
    }

    private bool TryReadHead()
    {
        Span<byte> salt = stackalloc byte[2 * Veil.NonceSize];
        Hello.Span[..Veil.NonceSize].CopyTo(salt);
        _buffer.Bytes[..Veil.NonceSize].CopyTo(salt[Veil.NonceSize..]);
        _box = Veil.Box(_mask.Span, salt, Veil.AnswerInfo);
        var bytes = _box.ReadLength(_buffer.Bytes[Veil.NonceSize..], Veil.AnswerHeadBytes);
        _boxBytes = bytes ?? 0;
        return bytes is not null;
    }

    private bool TryReadAnswer()
    {
        var head = _buffer.Bytes[..Veil.AnswerHeadBytes];
        var box = _buffer.Bytes[Veil.AnswerHeadBytes..];
        Span<byte> payload = stackalloc byte[Limits.HandshakeBytesMax];
        if (
            !_box!.TryOpen(head, box, out var message)
            || !_noise!.TryReadMessage(message, payload, out var payloadBytes)
            || payloadBytes < CipherOffer.Bytes
        )
        {
            return false;
        }

        var rest = payload[CipherOffer.Bytes..payloadBytes];
        var card = _redeems ? Card.TryParse(rest) : null;
        if (_redeems ? card is null || !card.AgreementKey.Equals(_rs) : !rest.IsEmpty)
        {
            return false;
        }

        var cipher = CipherOffer.Agreed(_quickAtAes, payload[0]);
        _outcome = HandshakeOutcome.Of(_noise, card, cipher);
        return true;
    }

    private HandshakeStatus Fail()
    {
        Dispose();
        return HandshakeStatus.Junk;
    }
}
