using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Holdings;

/// <summary>
/// How a content is sought without being named: who knows root and length finds it, nobody else.
/// Who says it is part of it: nobody can pass on as his own what another said.
/// </summary>
internal static class SeekTags
{
    private const int SpeakerAt = Limits.SeekNonceBytes;
    private const int RootAt = SpeakerAt + FriendId.Size;
    private const int LengthAt = RootAt + Hash256.Size;

    /// <param name="nonce">16 bytes, drawn anew for each list.</param>
    /// <param name="speaker">Who seeks it, or who answers that he holds it.</param>
    internal static ulong Of(ReadOnlySpan<byte> nonce, FriendId speaker, ContentId id)
    {
        Span<byte> input = stackalloc byte[LengthAt + sizeof(ulong)];
        nonce.CopyTo(input);
        speaker.CopyTo(input[SpeakerAt..]);
        id.Root.CopyTo(input[RootAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(input[LengthAt..], id.Length);
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>What an answer names the list by.</summary>
    internal static ulong Name(ReadOnlySpan<byte> nonce) =>
        BinaryPrimitives.ReadUInt64LittleEndian(nonce);
}
