using System.Globalization;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

/// <summary>A file of a folder as it was offered.</summary>
/// <param name="Path">Relative, names joined by '/', as the peer gave it.</param>
public readonly record struct OfferedFile(string Path, ContentId Id);

/// <summary>
/// The transfers of this node. Commands come from any thread; <see cref="Handle"/> from the
/// engine's and never blocks. What happens comes out as inputs for the engine.
/// </summary>
public sealed partial class Downloader : IDisposable
{
    private readonly TransferStore _store;
    private readonly TransferTable _table;
    private readonly Disks _disks;
    private readonly Recorder _looker;
    private readonly Finisher _finisher;
    private readonly FetchWork _work;
    private readonly HeldParts _parts;
    private readonly Action<Input> _report;
    private readonly Action<string> _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over = new();

    /// <param name="store">Owned from here on.</param>
    /// <param name="report">To the engine; may wait while it is busy.</param>
    /// <param name="log">One sentence each.</param>
    public Downloader(
        TransferStore store,
        OpenStream open,
        Action<Input> report,
        Action<string> log,
        TimeProvider? time = null
    )
    {
        (_store, _report, _log, _time) = (store, report, log, time ?? TimeProvider.System);
        _table = new(store) { Moved = row => Moved(row) };
        _finisher = new(_table, store, Stop, LookAgain, log);
        _parts = new(_table, store, report);
        _work = new(open, report, DiskFailed, log);
        _disks = new(RecordAll);
        _looker = new("looker", static () => false);
    }

    /// <summary>Told of each transfer that is in another state, by whoever moved it.</summary>
    public Action<TransferRow> Moved { get; init; } = _ => { };

    /// <summary>Takes up what an earlier run left unfinished; in the background.</summary>
    public void Restore()
    {
        // What is done can wait.
        foreach (var row in _store.List().OrderBy(row => row.State == TransferState.Done))
        {
            var entry = _table.Add(row);
            if (row.State == TransferState.Cancelled)
                Post(entry, () => _finisher.Remove(entry));
            else if (row.State == TransferState.Done)
                Restore(entry);
            else if (row.State == TransferState.Paused)
                Post(entry, () => RestorePaused(entry));
            else if (row.State == TransferState.Finishing)
                Post(entry, () => FinishAgain(entry));
            else if (row.State == TransferState.Running)
                Post(entry, () => GoOn(entry, mayBeginAnew: false));
        }

        _looker.Post(ClearOld);
    }

    /// <summary>Carries out what the engine wants of downloads; others are ignored.</summary>
    public void Handle(Effect effect)
    {
        switch (effect)
        {
            case Effect.Fetch fetch:
                var entry = _table.Find(fetch.Transfer);
                if (entry is not null)
                    _table.Explain(entry, null);
                _work.Start(fetch, entry?.Live);
                break;
            case Effect.CancelFetch cancel:
                _work.Cancel(cancel.Id);
                break;
            case Effect.Finish finish when _table.Find(finish.Transfer) is { } done:
                Post(done, () => Finish(done));
                Post(done, ClearOld);
                break;
            case Effect.TransferWaits waits when _table.Find(waits.Transfer) is { } waiting:
                _table.Explain(waiting, waits.Why);
                break;
            case Effect.Blame blame:
                Note(blame);
                break;
        }
    }

    public IReadOnlyList<TransferProgress> List() => [.. _table.All().Select(Progress)];

    /// <summary>Null: there is no such transfer.</summary>
    public TransferProgress? Find(TransferId id) =>
        _table.Find(id) is { } entry ? Progress(entry) : null;

    /// <summary>A file of an unfinished transfer; null: there is none.</summary>
    public ContentId? ContentOf(TransferId id, int file) =>
        _table.Find(id)?.Live is { } live && file < live.Content.Files.Count
            ? live.Content.Files[file].Id
            : null;

    /// <summary>Ends when it is done, cancelled, or stopped by the disk.</summary>
    public Task<TransferEnd>? WhenEnded(TransferId id) => _table.Find(id)?.End.Task;

    /// <summary>Closes all, after the links. What is not done goes on next time.</summary>
    public void Dispose()
    {
        _over.Cancel();
        _disks.EndWriters();
        _looker.Dispose();
        _disks.EndRecorders();
        foreach (var entry in _table.All())
            entry.Live?.Dispose();
        _store.Dispose();
        _over.Dispose();
    }

    private static TransferProgress Progress(TransferEntry entry)
    {
        var row = entry.Row;
        var blamed = entry.Blames.All;
        if (entry.Live is { } live)
            return live.Progress(row, entry.Why) with { Blamed = blamed };
        var place = Path.Join(row.Destination, row.FinalName ?? row.Name);
        var stored = row.State == TransferState.Done ? row.Bytes : entry.BytesStored;
        return new(row, place, stored, 0, null, [], entry.Why)
        {
            Blamed = blamed,
            Checked = entry.Look?.Percent,
        };
    }

    private void ClearOld()
    {
        try
        {
            Clear(Limits.TransfersDoneMax);
        }
        catch (SqliteException e)
        {
            _log($"Old transfers could not be forgotten: {e.Message}");
        }
    }

    private void Post(TransferEntry entry, Action job) => _disks.Of(entry.Row).Recorder.Post(job);

    private bool RecordAll(Disk disk)
    {
        var any = false;
        foreach (var entry in _table.All())
        {
            if (entry.Live is not { HasUnrecorded: true } live || live.Disk != disk)
                continue;
            any = true;
            try
            {
                live.Record(_store);
            }
            catch (Exception e) when (e is DiskException or SqliteException)
            {
                Stop(entry, e);
            }
        }

        return any;
    }

    private void DiskFailed(Download download, DiskException failure)
    {
        // Several writers meet a full disk: a later one must not stop what was resumed meanwhile.
        if (download.TrySpoil() && _table.Find(download.Row.Id) is { } entry)
            Stop(entry, failure);
    }

    private Download Open(TransferEntry entry, TransferContent content)
    {
        var row = entry.Row;
        var proofs = content.HoldsSome ? _store.ProofsOf(row.Id, content.Files) : null;
        var disk = _disks.Of(row);
        var live = new Download(row, content, proofs)
        {
            Disk = disk,
            Dirty = disk.Recorder.Wake,
            Stored = entry.Changed.Raise,
            Blames = entry.Blames,
        };
        _parts.Add(row, content.Files);
        return live;
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture) + " MB";
}
