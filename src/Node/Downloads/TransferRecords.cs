using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Node.Downloads;

/// <summary>Where a transfer stands; numbers are stored.</summary>
public enum TransferState
{
    Running = 0,

    /// <summary>By the user, or by a disk that failed: then there is a sentence.</summary>
    Paused = 1,

    /// <summary>All is there and synced; it is being put in place.</summary>
    Finishing = 2,

    Done = 3,

    /// <summary>Given up by the user; kept until what it left is removed.</summary>
    Cancelled = 4,
}

/// <summary>A file of a transfer.</summary>
/// <param name="Path">Relative, safe, unique; names joined by '/'.</param>
public sealed record TransferFile(string Path, ContentId Id);

/// <summary>A transfer as the store holds it, without its files.</summary>
/// <param name="Name">What it shall be named, as far as that is free.</param>
/// <param name="PartName">What it is named until it is complete.</param>
/// <param name="FinalName">What it was named in the end.</param>
public sealed record TransferRow(
    TransferId Id,
    string Name,
    string Destination,
    string PartName,
    string? FinalName,
    bool IsFolder,
    TransferState State,
    long CreatedSeconds,
    int Files,
    long Bytes,
    string? Why
)
{
    /// <summary>Friends are not told of it, nor served what came.</summary>
    public bool IsQuiet { get; init; }
}

/// <summary>The files of a transfer, and which of their runs are on disk.</summary>
public sealed class TransferContent
{
    public TransferContent(IReadOnlyList<TransferFile> files)
    {
        Files = files;
        var lengths = new long[files.Count];
        for (var file = 0; file < lengths.Length; file++)
            lengths[file] = files[file].Id.Length;
        Map = new(lengths);
        Have = new(Map.Runs);
        LeftNs = new long[files.Count];
    }

    public IReadOnlyList<TransferFile> Files { get; }

    public RunMap Map { get; }

    public RunBits Have { get; }

    /// <summary>
    /// By file, the time of change (ctime, ns since 1970) that our last write left; 0: not known.
    /// </summary>
    internal long[] LeftNs { get; }

    /// <summary>Where that is not known: what changed later is to be looked at.</summary>
    internal long RecordedNs { get; set; }

    /// <summary>Whether a file of which runs are on disk is, by its time, as it was left.</summary>
    internal bool IsAsLeft(int file, long changedNs) =>
        LeftNs[file] == 0 ? changedNs <= RecordedNs : changedNs == LeftNs[file];

    /// <summary>Bytes of the runs that are on disk.</summary>
    public long BytesHeld
    {
        get
        {
            var bytes = 0L;
            for (var file = 0; file < Files.Count; file++)
                bytes += BytesHeldOf(file);
            return bytes;
        }
    }

    public bool HoldsAll => Have.NextClear(0) == Have.Count;

    public bool HoldsSome => Enumerable.Range(0, Files.Count).Any(HasAny);

    /// <summary>All is on disk.</summary>
    public void HoldAll()
    {
        for (var run = 0; run < Have.Count; run++)
            Have.Set(run);
    }

    /// <summary>As the engine wants them.</summary>
    public IReadOnlyList<WantedFile> ToWanted()
    {
        var wanted = new WantedFile[Files.Count];
        for (var file = 0; file < wanted.Length; file++)
            wanted[file] = new(Files[file].Id, HaveOf(file));
        return wanted;
    }

    /// <summary>Whether any run of the file is on disk.</summary>
    public bool HasAny(int file)
    {
        for (var run = Map.First(file); run < Map.First(file + 1); run++)
        {
            if (Have[run])
                return true;
        }

        return false;
    }

    internal long BytesHeldOf(int file)
    {
        var bytes = 0L;
        for (var run = 0; run < Map.Count(file); run++)
        {
            if (Have[Map.First(file) + run])
                bytes += MerkleTree.RunLength(Files[file].Id.Length, run);
        }

        return bytes;
    }

    /// <summary>Nothing of that file is on disk after all.</summary>
    public void Forget(int file)
    {
        for (var run = Map.First(file); run < Map.First(file + 1); run++)
            Have.Clear(run);
    }

    /// <summary>The root that a run must have; null: it is not known.</summary>
    public Hash256? RootOf(int file, int run, Func<int, Hash256?> recorded) =>
        Map.Count(file) == 1 ? Files[file].Id.Root : recorded(Map.First(file) + run);

    private byte[]? HaveOf(int file)
    {
        if (!HasAny(file))
            return null;
        var have = new byte[(Map.Count(file) + 7) / 8];
        for (var run = 0; run < Map.Count(file); run++)
        {
            if (Have[Map.First(file) + run])
                have[run >> 3] |= (byte)(1 << (run & 7));
        }

        return have;
    }
}
