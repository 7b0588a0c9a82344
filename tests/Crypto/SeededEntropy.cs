using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;

namespace FriendNet.Tests.Crypto;

/// <summary>The same bytes for the same seed: SHA-256 of seed and counter.</summary>
internal sealed class SeededEntropy(int seed) : IEntropy
{
    private int _counter;

    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[8];
        Span<byte> block = stackalloc byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(input, seed);
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input[4..], _counter++);
            SHA256.HashData(input, block);
            var length = Math.Min(block.Length, destination.Length);
            block[..length].CopyTo(destination);
            destination = destination[length..];
        }
    }
}
