using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;

namespace FriendNet.Protocol.Circles;

/// <summary>Random moments and choices.</summary>
internal static class Draw
{
    /// <summary>From 0 to 1.</summary>
    internal static double Part(IEntropy entropy)
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        entropy.Fill(random);
        return BinaryPrimitives.ReadUInt32LittleEndian(random) / (double)uint.MaxValue;
    }

    /// <summary>A span evenly between these two.</summary>
    internal static TimeSpan Between(IEntropy entropy, TimeSpan least, TimeSpan most) =>
        least + ((most - least) * Part(entropy));
}
