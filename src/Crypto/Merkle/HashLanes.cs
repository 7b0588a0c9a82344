using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FriendNet.Crypto.Merkle;

/// <summary>
/// SHA-256 (FIPS 180-4) of 16 messages of one length side by side, each in a lane of the vectors:
/// within one hash every round waits for the one before, but messages do not wait for each other.
/// </summary>
internal static unsafe class HashLanes
{
    internal const int Lanes = 16;

    private const int BlockBytes = 64;
    private const int BlockWords = 16;
    private const int StateWords = 8;

    /// <summary>Rounds after which the message schedule has replaced all its words.</summary>
    private const int Pass = BlockWords;

    private const int Rounds = 64;

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

    /// <summary>Hashes messages that follow one another; they may lie where hashes go.</summary>
    /// <exception cref="ArgumentException">
    /// Not 16 hashes, or not 16 messages of so many whole blocks.
    /// </exception>
    internal static void Hash(ReadOnlySpan<byte> messages, Span<Hash256> hashes)
    {
        var length = messages.Length / Lanes;
        if (length == 0 || messages.Length % (Lanes * BlockBytes) != 0 || hashes.Length != Lanes)
            throw new ArgumentException("Not 16 messages of blocks.", nameof(messages));
        var state = stackalloc Vector512<uint>[StateWords];
        for (var i = 0; i < StateWords; i++)
            state[i] = Vector512.Create(Initial[i]);
        // The padding of whole blocks is a block of its own, the same for all: a stride of 0.
        var padding = stackalloc byte[BlockBytes];
        padding[0] = 0x80;
        var bits = new Span<byte>(padding, BlockBytes)[^sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(bits, 8 * (ulong)length);
        var rows = stackalloc Vector512<uint>[Lanes];
        fixed (byte* first = messages)
        {
            for (var lane = 0; lane < Lanes; lane += 4)
                Load(first + (lane * length), length, rows + lane);
            for (var at = BlockBytes; at < length; at += BlockBytes)
                Compress(state, rows, first + at, length);
            Compress(state, rows, padding, 0);
            // Nothing comes after it; what is loaded is not used.
            Compress(state, rows, padding, 0);
        }

        Store((uint*)state, MemoryMarshal.Cast<Hash256, uint>(hashes));
    }

    private static void Store(uint* state, Span<uint> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
        {
            var word = state[(i % StateWords * Lanes) + (i / StateWords)];
            hashes[i] = BinaryPrimitives.ReverseEndianness(word);
        }
    }

    /// <summary>
    /// The first half of transposing: of four lanes' blocks, 16 big-endian words each, quarter p
    /// of row k is word 4p+k of all four.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(byte* block, nint stride, Vector512<uint>* rows)
    {
        var (r0, r1) = (Row(block), Row(block + stride));
        var (r2, r3) = (Row(block + (2 * stride)), Row(block + (3 * stride)));
        var low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
        var high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
        var low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
        var high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
        rows[0] = Avx512F.UnpackLow(low01, low23).AsUInt32();
        rows[1] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
        rows[2] = Avx512F.UnpackLow(high01, high23).AsUInt32();
        rows[3] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(byte* bytes)
    {
        var swap = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        var all = Vector512.Create(Vector256.Create(swap, swap), Vector256.Create(swap, swap));
        return Avx512BW.Shuffle(Vector512.Load(bytes), all).AsUInt32();
    }

    /// <summary>The second half: of rows k, 4+k, 8+k and 12+k four words of all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(
        Vector512<uint>* rows,
        out Vector512<uint> w0,
        out Vector512<uint> w4,
        out Vector512<uint> w8,
        out Vector512<uint> w12
    )
    {
        var (a, b, c, d) = (rows[0], rows[4], rows[8], rows[12]);
        var ab = Avx512F.Shuffle4x128(a, b, 0x44);
        var cd = Avx512F.Shuffle4x128(c, d, 0x44);
        w0 = Avx512F.Shuffle4x128(ab, cd, 0x88);
        w4 = Avx512F.Shuffle4x128(ab, cd, 0xDD);
        ab = Avx512F.Shuffle4x128(a, b, 0xEE);
        cd = Avx512F.Shuffle4x128(c, d, 0xEE);
        w8 = Avx512F.Shuffle4x128(ab, cd, 0x88);
        w12 = Avx512F.Shuffle4x128(ab, cd, 0xDD);
    }

    /// <summary>
    /// Takes the block in the rows and leaves the next one there. All words stay in registers. The
    /// next block is read between the rounds, since it comes from far: of leaves, all 16 KiB
    /// apart, a first-level cache cannot hold 16 lines at once.
    /// </summary>
    [SuppressMessage("Design", "MA0051:Method is too long", Justification = "A line a round.")]
    private static void Compress(
        Vector512<uint>* state,
        Vector512<uint>* rows,
        byte* next,
        nint stride
    )
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        Gather(rows + 0, out var w0, out var w4, out var w8, out var w12);
        Gather(rows + 1, out var w1, out var w5, out var w9, out var w13);
        Gather(rows + 2, out var w2, out var w6, out var w10, out var w14);
        Gather(rows + 3, out var w3, out var w7, out var w11, out var w15);
        fixed (uint* constants = RoundConstants)
        {
            var k = constants;
            for (; k < constants + Rounds - Pass; k += Pass)
            {
                Round(a, b, c, ref d, e, f, g, ref h, k[0], w0);
                w0 = Next(w0, w1, w9, w14);
                Round(h, a, b, ref c, d, e, f, ref g, k[1], w1);
                w1 = Next(w1, w2, w10, w15);
                Round(g, h, a, ref b, c, d, e, ref f, k[2], w2);
                w2 = Next(w2, w3, w11, w0);
                Round(f, g, h, ref a, b, c, d, ref e, k[3], w3);
                w3 = Next(w3, w4, w12, w1);
                Round(e, f, g, ref h, a, b, c, ref d, k[4], w4);
                w4 = Next(w4, w5, w13, w2);
                Round(d, e, f, ref g, h, a, b, ref c, k[5], w5);
                w5 = Next(w5, w6, w14, w3);
                Round(c, d, e, ref f, g, h, a, ref b, k[6], w6);
                w6 = Next(w6, w7, w15, w4);
                Round(b, c, d, ref e, f, g, h, ref a, k[7], w7);
                w7 = Next(w7, w8, w0, w5);
                Round(a, b, c, ref d, e, f, g, ref h, k[8], w8);
                w8 = Next(w8, w9, w1, w6);
                Round(h, a, b, ref c, d, e, f, ref g, k[9], w9);
                w9 = Next(w9, w10, w2, w7);
                Round(g, h, a, ref b, c, d, e, ref f, k[10], w10);
                w10 = Next(w10, w11, w3, w8);
                Round(f, g, h, ref a, b, c, d, ref e, k[11], w11);
                w11 = Next(w11, w12, w4, w9);
                Round(e, f, g, ref h, a, b, c, ref d, k[12], w12);
                w12 = Next(w12, w13, w5, w10);
                Round(d, e, f, ref g, h, a, b, ref c, k[13], w13);
                w13 = Next(w13, w14, w6, w11);
                Round(c, d, e, ref f, g, h, a, ref b, k[14], w14);
                w14 = Next(w14, w15, w7, w12);
                Round(b, c, d, ref e, f, g, h, ref a, k[15], w15);
                w15 = Next(w15, w0, w8, w13);
            }

            Round(a, b, c, ref d, e, f, g, ref h, k[0], w0);
            Load(next + (0 * stride), stride, rows + 0);
            Round(h, a, b, ref c, d, e, f, ref g, k[1], w1);
            Round(g, h, a, ref b, c, d, e, ref f, k[2], w2);
            Round(f, g, h, ref a, b, c, d, ref e, k[3], w3);
            Round(e, f, g, ref h, a, b, c, ref d, k[4], w4);
            Load(next + (4 * stride), stride, rows + 4);
            Round(d, e, f, ref g, h, a, b, ref c, k[5], w5);
            Round(c, d, e, ref f, g, h, a, ref b, k[6], w6);
            Round(b, c, d, ref e, f, g, h, ref a, k[7], w7);
            Round(a, b, c, ref d, e, f, g, ref h, k[8], w8);
            Load(next + (8 * stride), stride, rows + 8);
            Round(h, a, b, ref c, d, e, f, ref g, k[9], w9);
            Round(g, h, a, ref b, c, d, e, ref f, k[10], w10);
            Round(f, g, h, ref a, b, c, d, ref e, k[11], w11);
            Round(e, f, g, ref h, a, b, c, ref d, k[12], w12);
            Load(next + (12 * stride), stride, rows + 12);
            Round(d, e, f, ref g, h, a, b, ref c, k[13], w13);
            Round(c, d, e, ref f, g, h, a, ref b, k[14], w14);
            Round(b, c, d, ref e, f, g, h, ref a, k[15], w15);
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
        var chosen = Avx512F.TernaryLogic(e, f, g, Choose);
        var first = h + (word + Vector512.Create(constant)) + chosen + Turned(e, 6, 11, 25);
        d += first;
        h = first + (Avx512F.TernaryLogic(a, b, c, Majority) + Turned(a, 2, 13, 22));
    }

    /// <summary>The word that takes the place of w, 16 rounds later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Next(
        Vector512<uint> w,
        Vector512<uint> w1,
        Vector512<uint> w9,
        Vector512<uint> w14
    )
    {
        var (r7, r18) = (Avx512F.RotateRight(w1, 7), Avx512F.RotateRight(w1, 18));
        var (r17, r19) = (Avx512F.RotateRight(w14, 17), Avx512F.RotateRight(w14, 19));
        var s0 = Avx512F.TernaryLogic(r7, r18, w1 >>> 3, Xor);
        return w + w9 + (s0 + Avx512F.TernaryLogic(r17, r19, w14 >>> 10, Xor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Turned(
        Vector512<uint> word,
        [ConstantExpected] byte first,
        [ConstantExpected] byte second,
        [ConstantExpected] byte third
    ) =>
        Avx512F.TernaryLogic(
            Avx512F.RotateRight(word, first),
            Avx512F.RotateRight(word, second),
            Avx512F.RotateRight(word, third),
            Xor
        );
}
