using FriendNet.Node.Linux;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

internal sealed partial class PartPlace
{
    // Its own descriptor: of a lost write each is told once, and Sync must hear of it too.
    private readonly Folder? _earlyRoot;
    private readonly EarlySync _early = new();

    /// <summary>Syncs as it comes, if that is due; after a slice was written. Any thread.</summary>
    /// <exception cref="DiskException">The disk failed.</exception>
    internal void SyncEarly(Slice slice, int count)
    {
        try
        {
            if (_content.Map.Count(slice.File) == 1)
            {
                if (_earlyRoot is { } root)
                    _early.Wrote(count, root.SyncFileSystem);
                return;
            }

            PartFile? part;
            using (_gate.EnterScope())
            {
                part = _open.GetValueOrDefault(slice.File);
            }

            part?.SyncEarly(count);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile, all synced: it was the last slice, or too many files were open.
        }
    }

    /// <summary>Makes all that was written last.</summary>
    /// <exception cref="DiskException">It failed, or the part was moved away.</exception>
    internal void Sync()
    {
        if (_row.IsFolder)
        {
            CheckIdentity();
            _root.SyncFileSystem();
            return;
        }

        using var part = _root.OpenFile(_row.PartName, OpenModes.Write);
        part.SyncData();
    }
}
