using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Friendship;

/// <summary>
/// Waits between tries: 1 s doubled at each failure up to a bound, then half to all of it.
/// </summary>
internal static class Backoff
{
    private const int FirstMilliseconds = 1_000;

    /// <param name="failures">In a row, from 0.</param>
    internal static TimeSpan After(int failures, IEntropy entropy)
    {
        var whole = Math.Min(
            (long)FirstMilliseconds << Math.Min(failures, 20),
            Limits.RedialSecondsMax * 1_000L
        );
        Span<byte> random = stackalloc byte[4];
        entropy.Fill(random);
        // Both ends lost the link at the same moment: without jitter they would meet for ever.
        var part = BinaryPrimitives.ReadUInt32LittleEndian(random) / (double)uint.MaxValue;
        return TimeSpan.FromMilliseconds((whole / 2.0) + (whole / 2.0 * part));
    }
}
