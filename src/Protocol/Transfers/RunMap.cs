using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Numbers the runs of all files of a transfer in one row, so that one bit each tells what is
/// there. 4 bytes a file.
/// </summary>
public sealed class RunMap
{
    private readonly int[] _first;

    /// <param name="lengths">Of the files, in order; 2^31 runs in total at most.</param>
    public RunMap(ReadOnlySpan<long> lengths)
    {
        _first = new int[lengths.Length + 1];
        for (var file = 0; file < lengths.Length; file++)
            _first[file + 1] = _first[file] + MerkleTree.RunCount(lengths[file]);
    }

    public int Files => _first.Length - 1;

    public int Runs => _first[^1];

    /// <summary>The number of a file's first run; of <see cref="Files"/>: the end.</summary>
    public int First(int file) => _first[file];

    /// <summary>Runs of one file.</summary>
    public int Count(int file) => _first[file + 1] - _first[file];

    public int Number(Slice slice) => _first[slice.File] + slice.Run;

    public Slice SliceOf(int number, int fileHint = 0)
    {
        var file = FileOf(number, fileHint);
        return new(file, number - _first[file]);
    }

    /// <summary>The file a run belongs to; quick if it is the hint or the next one.</summary>
    public int FileOf(int number, int hint = 0)
    {
        for (var near = hint; near < Math.Min(hint + 2, Files); near++)
        {
            if (_first[near] <= number && number < _first[near + 1])
                return near;
        }

        var (low, high) = (0, Files - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            (low, high) = _first[middle] <= number ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
