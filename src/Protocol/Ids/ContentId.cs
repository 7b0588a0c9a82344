using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Ids;

/// <summary>
/// A file by its content: BEP 52 pieces root and length, always both. An empty file has the
/// all-zero root.
/// </summary>
public readonly record struct ContentId(Hash256 Root, long Length)
{
    public override string ToString() => $"{Root}-{Length}";
}
