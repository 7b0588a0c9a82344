using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Holdings;

/// <summary>Runs as pieces of bits, each beginning with a run that is held.</summary>
internal static class HeldBits
{
    private const int PieceRuns = Limits.HeldBitsBytesMax * 8;

    /// <summary>What one piece costs beside its bits, at most.</summary>
    private const int PieceBytes = 25;

    /// <summary>Adds pieces for what was not told, as far as they fit, and notes it as told.
    /// </summary>
    /// <param name="bytes">Bytes of the message so far.</param>
    /// <returns>False: there is more.</returns>
    internal static bool Write(Holds holds, uint tag, RunBits have, RunBits told, ref int bytes)
    {
        Span<byte> bits = stackalloc byte[Limits.HeldBitsBytesMax];
        var run = have.NextBeyond(told, 0);
        while (run < have.Count)
        {
            if (
                holds.Held.Count == Limits.HoldsMax
                || bytes + PieceBytes + Limits.HeldBitsBytesMax > Limits.HoldsBytesMax
            )
                return false;
            bits.Clear();
            var (first, last) = (run, 0);
            for (; run < have.Count && run - first < PieceRuns; run = have.NextBeyond(told, run))
            {
                last = run - first;
                bits[last >> 3] |= (byte)(1 << (last & 7));
                told.Set(run);
            }

            var piece = ByteString.CopyFrom(bits[..((last >> 3) + 1)]);
            bytes += PieceBytes + piece.Length;
            holds.Held.Add(
                new Held
                {
                    Tag = tag,
                    First = (uint)first,
                    Bits = piece,
                }
            );
        }

        return true;
    }

    /// <summary>Null: it names a run that the content has not.</summary>
    /// <param name="count">Runs of the content.</param>
    internal static List<int>? Read(Held held, int count)
    {
        List<int> runs = [];
        for (var at = 0; at < held.Bits.Length * 8; at++)
        {
            if ((held.Bits[at >> 3] >> (at & 7) & 1) == 0)
                continue;
            var run = (int)held.First + at;
            if (run >= count)
                return null;
            runs.Add(run);
        }

        return runs;
    }
}
