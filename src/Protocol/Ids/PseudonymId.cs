using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Ids;

/// <summary>Names a publisher that may be nobody's friend: its Ed25519 public key.</summary>
public readonly record struct PseudonymId(Hash256 Key)
{
    private const int ShortDigits = 12;

    /// <summary>The first 8 bytes, little endian: tells pseudonyms apart, proves nothing.</summary>
    public ulong Tag => Key.Tag;

    /// <summary>12 hex digits, for people.</summary>
    public string Short => Key.ToString()[..ShortDigits];

    public override string ToString() => Key.ToString();
}
