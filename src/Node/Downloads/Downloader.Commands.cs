using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

public sealed partial class Downloader
{
    /// <summary>Fetches one file into a folder that exists.</summary>
    /// <param name="destination">An absolute path.</param>
    /// <exception cref="DownloadRefusedException">No room, or no such name or folder.</exception>
    /// <param name="isQuiet">Friends are neither told of it nor served what came.</param>
    public TransferId StartFile(
        string name,
        ContentId id,
        string destination,
        bool isQuiet = false
    ) => Start(name, [new(name, id)], destination, isFolder: false, isQuiet);

    /// <summary>Fetches a folder, as a new folder of that name.</summary>
    /// <inheritdoc cref="StartFile"/>
    public TransferId StartFolder(
        string name,
        IReadOnlyList<OfferedFile> files,
        string destination,
        bool isQuiet = false
    ) => Start(name, files, destination, isFolder: true, isQuiet);

    /// <summary>False: it is not running.</summary>
    public bool Pause(TransferId id)
    {
        if (
            _table.Find(id) is not { } entry
            || !_table.TryMove(entry, [TransferState.Running], TransferState.Paused)
        )
            return false;
        if (entry.Live is { } live)
            live.IsStopped = true;
        _report(new Input.DownloadPaused(id));
        // Resumed just now, perhaps before the engine heard of this.
        if (entry.Row.State == TransferState.Running && entry.Live is { } resumed)
            ResumeLive(entry, resumed, mayBeginAnew: false);
        return true;
    }

    /// <summary>False: it is not paused.</summary>
    public bool Resume(TransferId id)
    {
        if (_table.Find(id) is not { } entry)
            return false;
        entry.DiskStops = 0;
        // Who was told that the part is gone, and resumes all the same, wants it anew.
        return Resume(entry, entry.Row.Why == PartPlace.GoneSentence(entry.Row));
    }

    private bool Resume(TransferEntry entry, bool mayBeginAnew)
    {
        if (!_table.TryMove(entry, [TransferState.Paused], TransferState.Running))
            return false;
        entry.Doubts = 0;
        if (entry.End.Task.IsCompleted)
            entry.End = TransferEntry.NewEnd();
        // What is still underway from before must end first: it may be the last slice.
        if (entry.Live is { } live)
            ResumeLive(entry, live, mayBeginAnew);
        else
            Post(entry, () => GoOn(entry, mayBeginAnew));
        return true;
    }

    /// <summary>Gives it up and removes what came. False: it is done, or not there.</summary>
    public bool Cancel(TransferId id)
    {
        TransferState[] from = [TransferState.Running, TransferState.Paused];
        if (
            _table.Find(id) is not { } entry
            || !_table.TryMove(entry, from, TransferState.Cancelled)
        )
            return false;
        _parts.Remove(id);
        _report(new Input.DownloadCancelled(id));
        if (entry.Live is { } live)
        {
            live.IsStopped = true;
            live.WhenQuiet(() => Post(entry, () => _finisher.Remove(entry)));
        }
        else
        {
            Post(entry, () => _finisher.Remove(entry));
        }

        entry.End.TrySetResult(new(TransferState.Cancelled, null, null));
        return true;
    }

    /// <summary>
    /// Forgets those that are done, but for the newest so many; their files stay.
    /// </summary>
    public IReadOnlyList<TransferProgress> Clear(int keep = 0)
    {
        var done = Array.FindAll(_table.All(), one => one.Row.State == TransferState.Done);
        return [.. done.SkipLast(keep).Where(Forget).Select(Progress)];
    }

    private bool Forget(TransferEntry entry)
    {
        if (!_table.TryForget(entry))
            return false;
        _parts.Remove(entry.Row.Id);
        _report(new Input.DownloadForgotten(entry.Row.Id));
        return true;
    }

    private void ResumeLive(TransferEntry entry, Download live, bool mayBeginAnew) =>
        live.WhenQuiet(() => Post(entry, () => ResumeQuiet(entry, live, mayBeginAnew)));

    private void ResumeQuiet(TransferEntry entry, Download live, bool mayBeginAnew)
    {
        if (entry.Row.State != TransferState.Running)
            return;
        if (entry.Live is { } other && other != live)
        {
            ResumeLive(entry, other, mayBeginAnew);
        }
        else if (entry.Live is { IsSpoiled: false } && !PartPlace.IsInPlace(entry.Row))
        {
            TellEngine(entry, live);
        }
        else
        {
            live.Dispose();
            entry.Live = null;
            GoOn(entry, mayBeginAnew);
        }
    }

    private static Input.Download Told(TransferRow row, Download live) =>
        new(row.Id, live.Content.ToWanted()) { IsQuiet = row.IsQuiet, Disk = live.Disk.Number };

    private void TellEngine(TransferEntry entry, Download live)
    {
        live.IsStopped = false;
        _report(Told(entry.Row, live));
        if (entry.Row.State == TransferState.Running)
            return;
        // Paused or cancelled just now, perhaps before the engine heard of it.
        live.IsStopped = true;
        _report(new Input.DownloadPaused(entry.Row.Id));
    }
}
