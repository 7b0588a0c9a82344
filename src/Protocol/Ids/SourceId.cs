using System.Buffers.Binary;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Ids;

/// <summary>Whom content can be had from: a friend, or a pseudonym behind friends.</summary>
public readonly record struct SourceId
{
    private SourceId(Hash256 value, bool isPseudonym) =>
        (Value, IsPseudonym) = (value, isPseudonym);

    /// <summary>A friend's id and zeros, or a pseudonym's key.</summary>
    public Hash256 Value { get; }

    public bool IsPseudonym { get; }

    /// <summary>Null: a pseudonym.</summary>
    public FriendId? Friend
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Hash256.Size];
            Value.CopyTo(bytes);
            return IsPseudonym ? null : new FriendId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }
    }

    /// <summary>Null: a friend.</summary>
    public PseudonymId? Pseudonym => IsPseudonym ? new PseudonymId(Value) : null;

    public static SourceId Of(FriendId friend)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt128BigEndian(bytes, friend.Value);
        return new SourceId(new Hash256(bytes), isPseudonym: false);
    }

    public static SourceId Of(PseudonymId pseudonym) => new(pseudonym.Key, isPseudonym: true);

    public override string ToString() =>
        Pseudonym is { } pseudonym ? $"~{pseudonym.Short}" : Friend!.Value.ToString();
}
