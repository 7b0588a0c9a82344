using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Holdings;

/// <summary>
/// How a content is sought without being named: who knows root and length finds it, nobody else.
/// </summary>
internal static class SeekTags
{
    /// <param name="nonce">16 bytes, drawn anew for each list.</param>
    internal static ulong Of(ReadOnlySpan<byte> nonce, ContentId id)
    {
        Span<byte> input = stackalloc byte[Limits.SeekNonceBytes + Hash256.Size + sizeof(ulong)];
        nonce.CopyTo(input);
        id.Root.CopyTo(input[Limits.SeekNonceBytes..]);
        BinaryPrimitives.WriteInt64LittleEndian(input[^sizeof(ulong)..], id.Length);
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>What an answer names the list by.</summary>
    internal static ulong Name(ReadOnlySpan<byte> nonce) =>
        BinaryPrimitives.ReadUInt64LittleEndian(nonce);
}
