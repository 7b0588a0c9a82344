// A card, all integers big-endian:
//
//   offset  bytes  field
//        0      4  "FNC" 0x01
//        4      8  sequence
//       12     32  Ed25519 public key
//       44     32  X25519 public key
//       76      1  n: bytes of the name, 1 to 64
//       77      n  name, UTF-8
//     77+n      x  for later versions: signed, otherwise ignored
//      end     64  Ed25519 signature over "FriendNet card 1" ‖ everything before it
//
// At most 1,024 bytes. Kept, passed on and verified as received, never written again.
using System.Buffers.Binary;
using System.Text;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Identity;

/// <summary>Who somebody is: name and keys, signed by the Ed25519 key in it. Immutable.</summary>
public sealed class Card
{
    /// <summary>
    /// Bytes of the longest card: a few hundred in use, the rest for later fields.
    /// </summary>
    public const int BytesMax = 1024;

    private const int SequenceAt = 4;
    private const int SigningKeyAt = 12;
    private const int AgreementKeyAt = 44;
    private const int NameLengthAt = 76;
    private const int NameAt = 77;
    private const int SignatureSize = 64;

    private readonly byte[] _bytes;

    // Of bytes that were checked, or made here.
    private Card(byte[] bytes)
    {
        _bytes = bytes;
        Name = Encoding.UTF8.GetString(bytes, NameAt, bytes[NameLengthAt]);
        Sequence = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(SequenceAt));
        SigningKey = SigningKeyIn(bytes);
        AgreementKey = PublicKey.Import(
            KeyAgreementAlgorithm.X25519,
            bytes.AsSpan(AgreementKeyAt, 32)
        );
    }

    private static ReadOnlySpan<byte> Magic => "FNC\u0001"u8;

    private static ReadOnlySpan<byte> Context => "FriendNet card 1"u8;

    /// <summary>See <see cref="CardName"/>.</summary>
    public string Name { get; }

    /// <summary>
    /// Of two cards with the same <see cref="SigningKey"/> the higher one holds.
    /// </summary>
    public ulong Sequence { get; }

    /// <summary>Ed25519: who it is.</summary>
    public PublicKey SigningKey { get; }

    /// <summary>X25519: the static key of Noise.</summary>
    public PublicKey AgreementKey { get; }

    /// <summary>The card as received, to be stored and passed on.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Makes and signs a card.</summary>
    /// <exception cref="ArgumentException">
    /// The name is not one (<see cref="CardName"/>).
    /// </exception>
    public static Card Create(IdentityKeys keys, string name, ulong sequence)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        if (!CardName.IsValid(utf8))
        {
            throw new ArgumentException(
                "A name has 1 to 64 bytes of UTF-8, no control characters, no spaces at its ends.",
                nameof(name)
            );
        }

        var bytes = new byte[NameAt + utf8.Length + SignatureSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(SequenceAt), sequence);
        keys.Signing.PublicKey.Bytes.CopyTo(bytes.AsSpan(SigningKeyAt));
        keys.Agreement.PublicKey.Bytes.CopyTo(bytes.AsSpan(AgreementKeyAt));
        bytes[NameLengthAt] = (byte)utf8.Length;
        utf8.CopyTo(bytes, NameAt);
        Span<byte> buffer = stackalloc byte[BytesMax];
        SignatureAlgorithm.Ed25519.Sign(
            keys.Signing,
            SignedPart(bytes, buffer),
            bytes.AsSpan(bytes.Length - SignatureSize)
        );
        return new Card(bytes);
    }

    /// <summary>Null unless these are exactly the bytes of a card with a good signature.</summary>
    public static Card? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (
            bytes.Length is <= NameAt + SignatureSize or > BytesMax
            || !bytes.StartsWith(Magic)
            || bytes.Length < NameAt + bytes[NameLengthAt] + SignatureSize
            || !CardName.IsValid(bytes.Slice(NameAt, bytes[NameLengthAt]))
        )
        {
            return null;
        }

        Span<byte> buffer = stackalloc byte[BytesMax];
        return SignatureAlgorithm.Ed25519.Verify(
            SigningKeyIn(bytes),
            SignedPart(bytes, buffer),
            bytes[^SignatureSize..]
        )
            ? new Card(bytes.ToArray())
            : null;
    }

    private static PublicKey SigningKeyIn(ReadOnlySpan<byte> bytes) =>
        PublicKey.Import(SignatureAlgorithm.Ed25519, bytes.Slice(SigningKeyAt, 32));

    private static ReadOnlySpan<byte> SignedPart(ReadOnlySpan<byte> card, Span<byte> buffer)
    {
        // The context is shorter than the signature left out, so the buffer always suffices.
        var body = card[..^SignatureSize];
        Context.CopyTo(buffer);
        body.CopyTo(buffer[Context.Length..]);
        return buffer[..(Context.Length + body.Length)];
    }
}
