using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Worlds;

/// <summary>Eight bytes of what is passed between nodes, for the trace.</summary>
internal static class Fingerprint
{
    internal static ulong Of(object? body) =>
        body switch
        {
            ReadOnlyMemory<byte> bytes => Of(bytes.Span),
            Opening opening => Of(opening.Request.ToByteArray()) ^ (uint)opening.Credit,
            IMessage message => Of(message.ToByteArray()),
            Portion portion => Of(portion.Piece.Bytes.Span),
            _ => 0,
        };

    private static ulong Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
