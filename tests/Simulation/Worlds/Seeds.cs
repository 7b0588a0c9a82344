using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;

namespace FriendNet.Simulation.Worlds;

/// <summary>What chance is drawn for: a draw for one never moves those of another.</summary>
internal enum Purpose
{
    Graph,
    Engine,
    Identity,
    Content,
    Delay,
    Join,
    Change,
    Churn,
    Adversary,
    Audience,
    Download,
    File,
    Path,
    Handshake,
    Friendship,
}

/// <summary>
/// The chance of a world: SplitMix64 (Steele, Lea, Flood 2014), one stream for each seed, purpose
/// and subject.
/// </summary>
internal sealed class Seeds(ulong seed, Purpose purpose, int subject = 0) : IEntropy
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(Mix(Mix(seed) ^ (ulong)purpose) ^ unchecked((uint)subject));

    internal ulong Next() => Mix(_state = unchecked(_state + Golden));

    /// <summary>From 0 to one less than the bound.</summary>
    internal int Next(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>From 0 to one less than the bound.</summary>
    internal long Next(long bound) => (long)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>At least 0 and less than 1.</summary>
    internal double NextPart() => (Next() >> 11) * (1.0 / (1UL << 53));

    internal void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
            var count = Math.Min(bytes.Length, destination.Length);
            bytes[..count].CopyTo(destination);
            destination = destination[count..];
        }
    }

    internal static ulong Mix(ulong value)
    {
        unchecked
        {
            value += Golden;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
