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
    private readonly Recorder _recorder;
    private readonly Finisher _finisher;
    private readonly FetchWork _work;
    private readonly HeldParts _parts;
    private readonly Action<Input> _report;
    private readonly Action<string> _log;

    /// <param name="store">Owned from here on.</param>
    /// <param name="report">To the engine; may wait while it is busy.</param>
    /// <param name="log">One sentence each.</param>
    public Downloader(
        TransferStore store,
        OpenStream open,
        Action<Input> report,
        Action<string> log
    )
    {
        (_store, _report, _log) = (store, report, log);
        _table = new(store);
        _finisher = new(_table, store, Stop, LookAgain);
        _parts = new(_table, store, report);
        _work = new(open, report, DiskFailed, log);
        _recorder = new(RecordAll);
    }

    /// <summary>Takes up what an earlier run left unfinished; in the background.</summary>
    public void Restore()
    {
        foreach (var row in _store.List())
        {
            var entry = _table.Add(row);
            if (row.State == TransferState.Done)
                Restore(entry);
            else if (row.State == TransferState.Finishing)
                _recorder.Post(() => FinishAgain(entry));
            else if (row.State == TransferState.Running)
                _recorder.Post(() => GoOn(entry, mayBeginAnew: false));
        }

        _recorder.Post(ClearOld);
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
                _recorder.Post(() => Finish(done));
                _recorder.Post(ClearOld);
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
        _work.Dispose();
        _recorder.Dispose();
        foreach (var entry in _table.All())
            entry.Live?.Dispose();
        _store.Dispose();
    }

    private static TransferProgress Progress(TransferEntry entry)
    {
        var row = entry.Row;
        var blamed = entry.Blames.All;
        if (entry.Live is { } live)
            return live.Progress(row, entry.Why) with { Blamed = blamed };
        var place = Path.Join(row.Destination, row.FinalName ?? row.Name);
        var stored = row.State == TransferState.Done ? row.Bytes : 0;
        return new(row, place, stored, 0, null, [], entry.Why) { Blamed = blamed };
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

    private bool RecordAll()
    {
        var any = false;
        foreach (var entry in _table.All())
        {
            if (entry.Live is not { HasUnrecorded: true } live)
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

    /// <summary>Our own disk does not let it go on.</summary>
    private void Stop(TransferEntry entry, string sentence)
    {
        TransferState[] from = [TransferState.Running, TransferState.Finishing];
        if (entry.Live is { } live)
            (live.IsSpoiled, live.IsStopped) = (true, true);
        try
        {
            if (!_table.TryMove(entry, from, TransferState.Paused, sentence))
                return;
        }
        catch (SqliteException e)
        {
            // The disk that is full may hold the store too: then only memory knows until restart.
            _log($"The state of a transfer could not be stored: {e.Message}");
            _table.PauseUnstored(entry, sentence);
        }

        _log($"{entry.Row.Name} stopped: {sentence}");
        _report(new Input.DownloadPaused(entry.Row.Id));
        entry.End.TrySetResult(new(TransferState.Paused, null, sentence));
    }

    private void FinishAgain(TransferEntry entry)
    {
        try
        {
            if (WasFinished(entry))
                return;
            var content = _store.Load(entry.Row.Id);
            // All was written and synced before this state: only the disk may tell otherwise.
            content.HoldAll();
            if (!TryCheck(entry, content, mayMake: false))
                return;
            if (content.HoldsAll)
            {
                entry.Live = Open(entry, content);
                _finisher.Finish(entry);
            }
            else if (_table.TryMove(entry, [TransferState.Finishing], TransferState.Running))
            {
                GoOn(entry, mayBeginAnew: false);
            }
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            Stop(entry, e);
        }
    }

    /// <summary>Opens what an earlier run left, and tells the engine what is missing.</summary>
    /// <param name="mayBeginAnew">Though runs are recorded and their place is gone.</param>
    private void GoOn(TransferEntry entry, bool mayBeginAnew)
    {
        if (entry.Row.State != TransferState.Running || entry.Live is not null)
            return;
        try
        {
            if (WasFinished(entry))
                return;
            var content = _store.Load(entry.Row.Id);
            if (!TryCheck(entry, content, mayBeginAnew || !content.HoldsSome))
                return;
            var live = entry.Live = Open(entry, content);
            TellEngine(entry, live);
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            Stop(entry, e);
        }
    }

    /// <summary>Whether it was put in place already, and only that was not stored.</summary>
    private bool WasFinished(TransferEntry entry)
    {
        if (!PartPlace.IsFinished(entry.Row))
            return false;
        TransferState[] from = [TransferState.Running, TransferState.Finishing];
        if (_table.TryMove(entry, from, TransferState.Done))
            Finisher.Complete(entry);
        return true;
    }

    private Download Open(TransferEntry entry, TransferContent content)
    {
        var row = entry.Row;
        var proofs = content.HoldsSome ? _store.ProofsOf(row.Id, content.Files) : null;
        var live = new Download(row, content, proofs)
        {
            Dirty = _recorder.Wake,
            Stored = entry.Changed.Raise,
            Blames = entry.Blames,
        };
        _parts.Add(row, content.Files);
        return live;
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture) + " MB";
}
