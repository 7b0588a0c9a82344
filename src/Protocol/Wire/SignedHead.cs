// A head, 182 bytes, integers big-endian:
//
//   offset  bytes  field
//        0      1  format: 1
//        1     32  pseudonym: Ed25519 public key
//       33     32  path key: X25519 public key
//       65      8  version: Unix seconds, 1 to 2^40 - 1
//       73      1  horizon, 1 to 4
//       74      4  entries
//       78      8  bytes, below 2^63
//       86     32  root; zero exactly if there are no entries
//      118     64  Ed25519 signature over "FriendNet circle head 1" ‖ bytes 0 to 117
using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Wire;

/// <summary>A head whose signature holds. Compared by its bytes. Immutable.</summary>
public sealed class SignedHead : IEquatable<SignedHead>
{
    public const int Bytes = 182;

    private const byte Format = 1;
    private const int PseudonymAt = 1;
    private const int PathKeyAt = 33;
    private const int VersionAt = 65;
    private const int HorizonAt = 73;
    private const int EntriesAt = 74;
    private const int BytesAt = 78;
    private const int RootAt = 86;
    private const int SignatureAt = 118;
    private const long VersionEnd = 1L << 40;
    private const int MicrosecondsInSecond = 1_000_000;

    private SignedHead(ReadOnlyMemory<byte> encoded, CircleHead head)
    {
        Encoded = encoded;
        Head = head;
        Span<byte> id = stackalloc byte[Hash256.Size];
        SHA256.HashData(encoded.Span, id);
        Id = new Hash256(id);
    }

    private static ReadOnlySpan<byte> Context => "FriendNet circle head 1"u8;

    /// <summary>The bytes as received, to be stored and passed on.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    public CircleHead Head { get; }

    /// <summary>SHA-256 of <see cref="Encoded"/>.</summary>
    public Hash256 Id { get; }

    public PseudonymId Pseudonym => Head.Pseudonym;

    /// <summary>The publisher shows nothing any more.</summary>
    public bool IsWithdrawal => Head.Content.Entries == 0;

    /// <summary>Signs a head.</summary>
    /// <exception cref="ArgumentException">
    /// The key is not the pseudonym's, or a field is out of its range.
    /// </exception>
    public static SignedHead Sign(CircleHead head, Key signing)
    {
        if (!signing.PublicKey.Bytes.SequenceEqual(head.Pseudonym.Key.ToArray()))
            throw new ArgumentException("The key is not the pseudonym's.", nameof(signing));
        var bytes = new byte[Bytes];
        bytes[0] = Format;
        head.Pseudonym.Key.CopyTo(bytes.AsSpan(PseudonymAt));
        head.PathKey.CopyTo(bytes.AsSpan(PathKeyAt));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(VersionAt), head.Version);
        bytes[HorizonAt] = (byte)head.Horizon;
        BinaryPrimitives.WriteInt32BigEndian(
            bytes.AsSpan(EntriesAt),
            checked((int)head.Content.Entries)
        );
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(BytesAt), head.Content.Bytes);
        head.Content.Root.CopyTo(bytes.AsSpan(RootAt));
        if (Form(bytes) != head)
            throw new ArgumentException("A field is out of its range.", nameof(head));
        Span<byte> signed = stackalloc byte[Context.Length + SignatureAt];
        SignatureAlgorithm.Ed25519.Sign(
            signing,
            SignedPart(bytes, signed),
            bytes.AsSpan(SignatureAt)
        );
        return new SignedHead(bytes, head);
    }

    /// <summary>Null unless form and signature are right. Keeps the bytes given.</summary>
    public static SignedHead? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (Form(bytes.Span) is not { } head)
            return null;
        Span<byte> signed = stackalloc byte[Context.Length + SignatureAt];
        var key = PublicKey.Import(
            SignatureAlgorithm.Ed25519,
            bytes.Span.Slice(PseudonymAt, Hash256.Size)
        );
        return SignatureAlgorithm.Ed25519.Verify(
            key,
            SignedPart(bytes.Span, signed),
            bytes.Span[SignatureAt..]
        )
            ? new SignedHead(bytes, head)
            : null;
    }

    /// <summary>Whose head these bytes would be; says nothing about the signature.</summary>
    public static bool TryPeek(ReadOnlySpan<byte> bytes, out PseudonymId pseudonym)
    {
        var isHead = bytes.Length == Bytes && bytes[0] == Format;
        pseudonym = isHead
            ? new PseudonymId(new Hash256(bytes.Slice(PseudonymAt, Hash256.Size)))
            : default;
        return isHead;
    }

    /// <summary>Of two heads of one pseudonym the one that holds.</summary>
    public bool Beats(SignedHead? other) =>
        other is null
        || Head.Version > other.Head.Version
        || (Head.Version == other.Head.Version && Id > other.Id);

    /// <summary>Whether nobody tells it on any more.</summary>
    public bool HasExpired(Instant now) =>
        Head.Version + (Limits.HeadDays * 24L * 3600) <= now.Microseconds / MicrosecondsInSecond;

    public bool Equals(SignedHead? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Encoded.Span.SequenceEqual(other.Encoded.Span));

    public override bool Equals(object? obj) => Equals(obj as SignedHead);

    public override int GetHashCode() => Id.GetHashCode();

    private static ReadOnlySpan<byte> SignedPart(ReadOnlySpan<byte> bytes, Span<byte> buffer)
    {
        Context.CopyTo(buffer);
        bytes[..SignatureAt].CopyTo(buffer[Context.Length..]);
        return buffer;
    }

    private static CircleHead? Form(ReadOnlySpan<byte> bytes)
    {
        if (!TryPeek(bytes, out var pseudonym))
            return null;
        var version = BinaryPrimitives.ReadInt64BigEndian(bytes[VersionAt..]);
        var entries = BinaryPrimitives.ReadUInt32BigEndian(bytes[EntriesAt..]);
        var length = BinaryPrimitives.ReadInt64BigEndian(bytes[BytesAt..]);
        var root = new Hash256(bytes.Slice(RootAt, Hash256.Size));
        var isHead =
            version is > 0 and < VersionEnd
            && bytes[HorizonAt] is >= 1 and <= Limits.HorizonMax
            && entries <= Limits.CatalogEntriesMax
            && length >= 0
            && root.IsZero == (entries == 0)
            && (entries > 0 || length == 0);
        return isHead
            ? new CircleHead(
                pseudonym,
                new Hash256(bytes.Slice(PathKeyAt, Hash256.Size)),
                version,
                bytes[HorizonAt],
                new CatalogHead(root, entries, length)
            )
            : null;
    }
}
