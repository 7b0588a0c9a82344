using System.Buffers.Binary;
using System.Diagnostics;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Link;

/// <summary>Who asks for a link, proved. The timestamp is not compared yet.</summary>
/// <param name="Timestamp">To be later than the last one accepted of this friend.</param>
/// <param name="Card">The newcomer's, when an invitation is redeemed.</param>
public sealed record LinkProposal(VeilOwner Owner, Instant Timestamp, Card? Card);

/// <summary>
/// The answerer's half, for one connection: bytes in by <see cref="Handle"/>, and not one byte out
/// but by <see cref="Accept"/>. What does not match a secret of the table costs one HMAC for each
/// of them and no public-key operation. Layouts: Veil.cs, Handshake.cs.
/// </summary>
/// <param name="s">Our X25519 key; remains the caller's.</param>
/// <param name="quickAtAes">What we offer: see <see cref="CipherOffer"/>.</param>
public sealed class AnswererHandshake(Key s, VeilTable table, IEntropy entropy, bool quickAtAes)
    : IDisposable
{
    private readonly HandshakeBuffer _buffer = new();
    private VeilMatch? _match;
    private VeilBox? _box;
    private int _boxBytes;
    private HandshakeState? _noise;
    private CipherFunction _cipher;
    private bool _over;

    public HandshakeStage Stage { get; private set; }

    /// <summary>Who asks, after Proposed.</summary>
    public LinkProposal? Proposal { get; private set; }

    /// <summary>Takes bytes as they come: NeedMore, Junk or Proposed.</summary>
    public HandshakeStatus Handle(ReadOnlySpan<byte> bytes)
    {
        if (_over)
        {
            return HandshakeStatus.Junk;
        }

        if (_box is null)
        {
            if (!_buffer.TryFill(ref bytes, Veil.HelloHeadBytes))
            {
                return HandshakeStatus.NeedMore;
            }

            if (!TryReadHead())
            {
                return Fail();
            }
        }

        if (!_buffer.TryFill(ref bytes, Veil.HelloHeadBytes + _boxBytes))
        {
            return HandshakeStatus.NeedMore;
        }

        // An honest dialer waits for the answer before it says more.
        return bytes.IsEmpty && Proposal is null && TryReadHello()
            ? HandshakeStatus.Proposed
            : Fail();
    }

    /// <summary>
    /// Makes the answer and the keys; consumes the state. The claim must be durable before a byte
    /// of the answer is sent: the friend's last timestamp moved forward; or, in one transaction,
    /// the invitation used up and the newcomer stored with the outcome's secret.
    /// </summary>
    /// <param name="card">Our card when an invitation is redeemed, else null.</param>
    /// <exception cref="InvalidOperationException">Nothing is proposed.</exception>
    public HandshakeOutcome Accept(Card? card, out byte[] answer)
    {
        var proposal = Proposal;
        if (proposal is null || _over)
        {
            throw new InvalidOperationException("Nothing is proposed.");
        }

        if ((proposal.Card is null) != (card is null))
        {
            throw new ArgumentException("A card goes with invitations only.", nameof(card));
        }

        Span<byte> message = stackalloc byte[Limits.HandshakeBytesMax];
        var payload = new byte[CipherOffer.Bytes + (card?.Bytes.Length ?? 0)];
        payload[0] = CipherOffer.Of(quickAtAes);
        card?.Bytes.CopyTo(payload.AsSpan(CipherOffer.Bytes));
        var length = _noise!.WriteMessage(payload, message);
        if (length == 0)
        {
            throw new UnreachableException("Both keys of the peer were fit in its message.");
        }

        answer = SealAnswer(message[..length]);
        var outcome = HandshakeOutcome.Of(_noise, proposal.Card, _cipher);
        Dispose();
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over = true;
        _match?.Dispose();
        _box?.Dispose();
        _noise?.Dispose();
    }

    private bool TryReadHead()
    {
        var head = _buffer.Bytes;
        _match = table.Find(head[..Veil.TaggedBytes], head[Veil.TaggedBytes..]);
        if (_match is null)
        {
            return false;
        }

        Stage = HandshakeStage.Box;
        _box = Veil.Box(_match.Mask.Span, head[..Veil.NonceSize], Veil.HelloInfo);
        var bytes = _box.ReadLength(head[Veil.NonceSize..], Veil.HelloHeadBytes);
        _boxBytes = bytes ?? 0;
        return bytes is not null;
    }

    private bool TryReadHello()
    {
        var head = _buffer.Bytes[..Veil.HelloHeadBytes];
        var nonce = head[..Veil.NonceSize];
        if (
            !_box!.TryOpen(head, _buffer.Bytes[Veil.HelloHeadBytes..], out var message)
            || !table.TryClaim(nonce)
        )
        {
            return false;
        }

        Stage = HandshakeStage.Noise;
        Span<byte> payload = stackalloc byte[Limits.HandshakeBytesMax];
        _noise = LinkNoise.Start(dialer: false, nonce, s, null, _match!.Psk.Span, entropy);
        return _noise.TryReadMessage(message, payload, out var payloadBytes)
            && TryReadPayload(payload[..payloadBytes], _noise.RemoteStatic!);
    }

    private bool TryReadPayload(ReadOnlySpan<byte> payload, PublicKey rs)
    {
        if (payload.Length < sizeof(long) + CipherOffer.Bytes)
        {
            return false;
        }

        var timestamp = BinaryPrimitives.ReadInt64LittleEndian(payload);
        _cipher = CipherOffer.Agreed(quickAtAes, payload[sizeof(long)]);
        var rest = payload[(sizeof(long) + CipherOffer.Bytes)..];
        Card? card = null;
        if (_match!.AgreementKey is { } known)
        {
            if (!known.Equals(rs) || !rest.IsEmpty)
            {
                return false;
            }
        }
        else
        {
            card = Card.TryParse(rest);
            if (card is null || !card.AgreementKey.Equals(rs))
            {
                return false;
            }
        }

        Stage = HandshakeStage.Authenticated;
        Proposal = new(_match.Owner, new Instant(timestamp), card);
        return true;
    }

    private byte[] SealAnswer(ReadOnlySpan<byte> message)
    {
        var answer = new byte[Veil.DrawBytes(Veil.AnswerHeadBytes, message.Length, entropy)];
        var head = answer.AsSpan(0, Veil.AnswerHeadBytes);
        Span<byte> salt = stackalloc byte[2 * Veil.NonceSize];
        entropy.Fill(head[..Veil.NonceSize]);
        _buffer.Bytes[..Veil.NonceSize].CopyTo(salt);
        head[..Veil.NonceSize].CopyTo(salt[Veil.NonceSize..]);
        using var box = Veil.Box(_match!.Mask.Span, salt, Veil.AnswerInfo);
        box.WriteLength(answer.Length - Veil.AnswerHeadBytes, head[Veil.NonceSize..]);
        box.Seal(head, message, answer.AsSpan(Veil.AnswerHeadBytes));
        return answer;
    }

    private HandshakeStatus Fail()
    {
        Dispose();
        return HandshakeStatus.Junk;
    }
}
