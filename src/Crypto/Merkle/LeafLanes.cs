using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FriendNet.Crypto.Merkle;

/// <summary>
/// SHA-256 (FIPS 180-4) of 16 whole leaves side by side, each in a lane of the vectors: within one
/// hash every round waits for the one before, but leaves do not wait for each other.
/// </summary>
internal static unsafe class LeafLanes
{
    internal const int Lanes = 16;

    /// <summary>Bytes that <see cref="Hash"/> takes.</summary>
    internal const int Bytes = Lanes * MerkleTree.LeafBytes;

    private const int BlockBytes = 64;
    private const int BlockWords = 16;
    private const int StateWords = 8;

    /// <summary>
    /// How far ahead bytes are fetched: more streams than a processor notices by itself.
    /// </summary>
    private const int PrefetchBytes = 512;

    /// <summary>The xor of three inputs, as a truth table (VPTERNLOG).</summary>
    private const byte Xor = 0x96;

    private const byte Choose = 0xCA;
    private const byte Majority = 0xE8;

    // csharpier-ignore
    private static ReadOnlySpan<uint> Initial =>
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    /// <summary>Whether this processor has the vectors; else one hash after another.</summary>
    internal static bool IsSupported => Avx512BW.IsSupported;

    // csharpier-ignore
    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
        0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
        0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
        0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
        0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
        0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
        0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
        0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Hashes 16 leaves that follow one another.</summary>
    /// <exception cref="ArgumentException">Not 16 leaves, or not 16 hashes.</exception>
    internal static void Hash(ReadOnlySpan<byte> leaves, Span<Hash256> hashes)
    {
        if (leaves.Length != Bytes || hashes.Length != Lanes)
            throw new ArgumentException("Not 16 leaves and 16 hashes.", nameof(leaves));
        var state = stackalloc Vector512<uint>[StateWords];
        var words = stackalloc Vector512<uint>[BlockWords];
        for (var i = 0; i < StateWords; i++)
            state[i] = Vector512.Create(Initial[i]);
        fixed (byte* first = leaves)
        {
            for (var at = 0; at < MerkleTree.LeafBytes; at += BlockBytes)
            {
                Load(first + at, words);
                Compress(state, words);
            }
        }

        // The padding of a whole leaf is a block of its own, the same for all.
        new Span<Vector512<uint>>(words, BlockWords).Clear();
        words[0] = Vector512.Create(0x80000000u);
        words[BlockWords - 1] = Vector512.Create(MerkleTree.LeafBytes * 8u);
        Compress(state, words);
        Store(state, MemoryMarshal.Cast<Hash256, uint>(hashes));
    }

    private static void Store(Vector512<uint>* state, Span<uint> hashes)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            for (var i = 0; i < StateWords; i++)
            {
                var word = state[i].GetElement(lane);
                hashes[(lane * StateWords) + i] = BinaryPrimitives.ReverseEndianness(word);
            }
        }
    }

    /// <summary>Word i of all lanes to row i: a transposed 16 by 16 matrix.</summary>
    private static void Load(byte* block, Vector512<uint>* words)
    {
        var rows = stackalloc Vector512<uint>[Lanes];
        for (var i = 0; i < Lanes; i += 4)
        {
            var first = block + (i * MerkleTree.LeafBytes);
            var (r0, r1) = (Row(first), Row(first + MerkleTree.LeafBytes));
            first += 2 * MerkleTree.LeafBytes;
            var (r2, r3) = (Row(first), Row(first + MerkleTree.LeafBytes));
            var low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
            var high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
            var low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
            var high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
            rows[i] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            rows[i + 1] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            rows[i + 2] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            rows[i + 3] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
        }

        // Quarter p of row 4g+k is word 4p+k of lanes 4g to 4g+3.
        for (var k = 0; k < 4; k++)
        {
            var (a, b, c, d) = (rows[k], rows[4 + k], rows[8 + k], rows[12 + k]);
            var ab = Avx512F.Shuffle4x128(a, b, 0x44);
            var cd = Avx512F.Shuffle4x128(c, d, 0x44);
            words[k] = Avx512F.Shuffle4x128(ab, cd, 0x88);
            words[4 + k] = Avx512F.Shuffle4x128(ab, cd, 0xDD);
            ab = Avx512F.Shuffle4x128(a, b, 0xEE);
            cd = Avx512F.Shuffle4x128(c, d, 0xEE);
            words[8 + k] = Avx512F.Shuffle4x128(ab, cd, 0x88);
            words[12 + k] = Avx512F.Shuffle4x128(ab, cd, 0xDD);
        }
    }

    /// <summary>16 big-endian words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(byte* bytes)
    {
        Sse.Prefetch0(bytes + PrefetchBytes);
        var swap = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        var all = Vector512.Create(Vector256.Create(swap, swap), Vector256.Create(swap, swap));
        return Avx512BW.Shuffle(Vector512.Load(bytes), all).AsUInt32();
    }

    private static void Compress(Vector512<uint>* state, Vector512<uint>* words)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        fixed (uint* constants = RoundConstants)
        {
            for (var t = 0; t < 64; t += 8)
            {
                if (t >= BlockWords && t % BlockWords == 0)
                    Schedule(words);
                var k = constants + t;
                var w = words + (t % BlockWords);
                Round(a, b, c, ref d, e, f, g, ref h, k[0], w[0]);
                Round(h, a, b, ref c, d, e, f, ref g, k[1], w[1]);
                Round(g, h, a, ref b, c, d, e, ref f, k[2], w[2]);
                Round(f, g, h, ref a, b, c, d, ref e, k[3], w[3]);
                Round(e, f, g, ref h, a, b, c, ref d, k[4], w[4]);
                Round(d, e, f, ref g, h, a, b, ref c, k[5], w[5]);
                Round(c, d, e, ref f, g, h, a, ref b, k[6], w[6]);
                Round(b, c, d, ref e, f, g, h, ref a, k[7], w[7]);
            }
        }

        (state[0], state[1], state[2], state[3]) = (
            state[0] + a,
            state[1] + b,
            state[2] + c,
            state[3] + d
        );
        (state[4], state[5], state[6], state[7]) = (
            state[4] + e,
            state[5] + f,
            state[6] + g,
            state[7] + h
        );
    }

    /// <summary>The next 16 words of the message schedule, in place.</summary>
    private static void Schedule(Vector512<uint>* words)
    {
        for (var i = 0; i < BlockWords; i++)
        {
            var w1 = words[(i + 1) % BlockWords];
            var w14 = words[(i + 14) % BlockWords];
            var s0 = Xor3(Turn(w1, 7), Turn(w1, 18), w1 >>> 3);
            var s1 = Xor3(Turn(w14, 17), Turn(w14, 19), w14 >>> 10);
            words[i] = words[i] + s0 + (words[(i + 9) % BlockWords] + s1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a,
        Vector512<uint> b,
        Vector512<uint> c,
        ref Vector512<uint> d,
        Vector512<uint> e,
        Vector512<uint> f,
        Vector512<uint> g,
        ref Vector512<uint> h,
        uint constant,
        Vector512<uint> word
    )
    {
        var s1 = Xor3(Turn(e, 6), Turn(e, 11), Turn(e, 25));
        var chosen = Avx512F.TernaryLogic(e, f, g, Choose);
        var first = h + s1 + (chosen + (word + Vector512.Create(constant)));
        var s0 = Xor3(Turn(a, 2), Turn(a, 13), Turn(a, 22));
        d += first;
        h = first + (s0 + Avx512F.TernaryLogic(a, b, c, Majority));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Turn(Vector512<uint> word, [ConstantExpected] byte bits) =>
        Avx512F.RotateRight(word, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Xor3(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, Xor);
}
