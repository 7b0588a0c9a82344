using System.Buffers.Binary;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Wire;

/// <summary>A catalog's version: tree root, count of entries, sum of the files' lengths.</summary>
public readonly record struct CatalogHead(Hash256 Root, long Entries, long Bytes)
{
    /// <summary>The root's first 8 bytes, little endian; 0 for no entries.</summary>
    public ulong Tag
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Hash256.Size];
            Root.CopyTo(bytes);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
    }
}
