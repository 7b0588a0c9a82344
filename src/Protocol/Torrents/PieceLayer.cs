using System.Numerics;
using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Torrents;

/// <summary>
/// BEP 52: of each file longer than a piece the hashes of its tree at the height of pieces, up to
/// its last piece. At 1 MiB that is the layer of runs.
/// </summary>
public static class PieceLayer
{
    public const long PieceBytesMin = MerkleTree.LeafBytes;
    public const long PieceBytesMax = 1L << 30;

    /// <summary>What we make: from runs upward, as long as it helps.</summary>
    private const long MadeBytesMax = 16L << 20;

    public static bool IsPieceLength(long bytes) =>
        bytes is >= PieceBytesMin and <= PieceBytesMax && BitOperations.IsPow2(bytes);

    /// <summary>Hashes in the layer of a file; 0 up to one piece.</summary>
    public static long Count(long length, long pieceBytes) =>
        length <= pieceBytes ? 0 : (length + pieceBytes - 1) / pieceBytes;

    /// <summary>
    /// The length of pieces for a torrent of ours: 1 MiB, doubled up to 16 MiB while there would
    /// be more than <paramref name="hashesMax"/>.
    /// </summary>
    public static long LengthFor(IReadOnlyList<TorrentFile> files, long hashesMax)
    {
        long bytes = MerkleTree.RunBytes;
        while (bytes < MadeBytesMax && files.Sum(f => Count(f.Content.Length, bytes)) > hashesMax)
            bytes *= 2;
        return bytes;
    }

    /// <summary>From the layer of runs, which is overwritten.</summary>
    /// <param name="pieceBytes">1 MiB or more, and less than the file has.</param>
    public static ReadOnlySpan<Hash256> FromRuns(Span<Hash256> runs, long pieceBytes)
    {
        for (var height = MerkleTree.RunHeight; height < Height(pieceBytes); height++)
            runs = runs[..MerkleTree.FoldLevel(runs, runs, height)];
        return runs;
    }

    /// <summary>Whether these bytes are the layer of that file.</summary>
    public static bool Verify(ReadOnlySpan<byte> layer, ContentId file, long pieceBytes) =>
        layer.Length == Count(file.Length, pieceBytes) * Hash256.Size
        && MerkleTree.RootOfLevel(MemoryMarshal.Cast<byte, Hash256>(layer), Height(pieceBytes))
            == file.Root;

    private static int Height(long pieceBytes) =>
        BitOperations.Log2((ulong)(pieceBytes / MerkleTree.LeafBytes));
}
