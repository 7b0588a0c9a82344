using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Downloads;

/// <summary>
/// What one destination keeps waiting, and no other: the threads that check and write what comes
/// for it, and the one that makes it last.
/// </summary>
internal sealed class Disk
{
    internal Disk(int number, Func<Disk, bool> recordAll)
    {
        Number = number;
        Recorder = new($"recorder {number}", () => recordAll(this));
    }

    internal int Number { get; }

    internal DiskQueue Writers { get; } = new();

    internal Recorder Recorder { get; }

    /// <summary>Held while a transfer is given a place there.</summary>
    internal Lock Starting { get; } = new();
}

/// <summary>
/// The disks by destination: folders and not devices, as asking for the device may itself wait.
/// </summary>
/// <param name="recordAll">Records what is unrecorded on a disk; false if that was nothing.</param>
internal sealed class Disks(Func<Disk, bool> recordAll)
{
    private readonly Dictionary<string, Disk> _byFolder = new(StringComparer.Ordinal);
    private readonly List<Disk> _all = [];
    private readonly Lock _gate = new();

    internal Disk Of(TransferRow row) => Of(row.Destination);

    internal Disk Of(string destination)
    {
        using (_gate.EnterScope())
        {
            if (_byFolder.TryGetValue(destination, out var disk))
                return disk;
            // More of them share.
            if (_all.Count < Limits.DisksMax)
                _all.Add(new(_all.Count, recordAll));
            return _byFolder[destination] = _all[_byFolder.Count % _all.Count];
        }
    }

    /// <summary>Writes what has come, and ends the threads that do.</summary>
    internal void EndWriters()
    {
        foreach (var disk in _all)
            disk.Writers.Dispose();
    }

    /// <summary>Does what is posted, records what is left, and ends those threads too.</summary>
    internal void EndRecorders()
    {
        foreach (var disk in _all)
            disk.Recorder.Dispose();
    }
}
