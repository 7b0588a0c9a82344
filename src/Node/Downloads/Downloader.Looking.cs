using FriendNet.Node.Linux;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

// What an earlier run left: looked at, in doubt hashed again, then gone on with.
public sealed partial class Downloader
{
    private const long KeptEachBytes = 4L << 30;

    private bool IsOver => _over.IsCancellationRequested;

    private void FinishAgain(TransferEntry entry) =>
        TakeUp(
            entry,
            content =>
            {
                // All was written and synced before this state: only the disk may tell otherwise.
                content.HoldAll();
                Look(entry, content, mayMake: false, () => FinishLooked(entry, content));
            }
        );

    private void FinishLooked(TransferEntry entry, TransferContent content)
    {
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

    /// <summary>Opens what an earlier run left, and tells the engine what is missing.</summary>
    /// <param name="mayBeginAnew">Though runs are recorded and their place is gone.</param>
    private void GoOn(TransferEntry entry, bool mayBeginAnew)
    {
        var isTaken = entry.Live is not null || entry.Look is not null;
        if (isTaken || entry.Row.State != TransferState.Running)
            return;
        TakeUp(
            entry,
            content =>
            {
                entry.BytesStored = content.BytesHeld;
                Look(
                    entry,
                    content,
                    mayBeginAnew || !content.HoldsSome,
                    () => TellEngine(entry, entry.Live = Open(entry, content))
                );
            }
        );
    }

    /// <summary>Loads what is recorded, unless all was put in place already.</summary>
    private void TakeUp(TransferEntry entry, Action<TransferContent> look)
    {
        if (IsOver)
            return;
        Guarded(
            entry,
            () =>
            {
                if (!WasFinished(entry))
                    look(_store.Load(entry.Row.Id));
            }
        );
    }

    /// <summary>How much of a paused one is there, for who looks; by itself it may go on.</summary>
    private void RestorePaused(TransferEntry entry)
    {
        try
        {
            if (entry.Live is null)
                entry.BytesStored = _store.Load(entry.Row.Id).BytesHeld;
        }
        catch (SqliteException e)
        {
            _log($"How much is there of {entry.Row.Name} is not known: {e.Message}");
        }

        if (entry.Row is { State: TransferState.Paused, Why: not null })
            TryLater(entry);
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

    /// <summary>Compares what is recorded with the disk, and goes on when that is done.</summary>
    private void Look(TransferEntry entry, TransferContent content, bool mayMake, Action then)
    {
        if (!mayMake && PartPlace.IsGone(entry.Row))
        {
            Stop(entry, PartPlace.GoneSentence(entry.Row));
            return;
        }

        using var place = new PartPlace(entry.Row, content, mayMake);
        var isAsLeft = place.Check(out var changed);
        if (changed.Count > 0)
        {
            var look = new PartLook(changed, changed.Sum(content.BytesHeldOf));
            entry.Look = look;
            // Of a large part it takes hours, for which others are not to wait.
            _looker.Post(() => Hash(entry, content, look, then));
            return;
        }

        if (!isAsLeft)
            KeepChanged(entry, content);
        then();
    }

    /// <summary>On the looker's thread.</summary>
    private void Hash(TransferEntry entry, TransferContent content, PartLook look, Action then)
    {
        Exception? failure = null;
        var isWhole = false;
        try
        {
            isWhole = HashAll(entry, content, look);
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            failure = e;
        }

        Post(entry, () => Looked(entry, content, isWhole ? then : null, failure));
    }

    private bool HashAll(TransferEntry entry, TransferContent content, PartLook look)
    {
        using var place = new PartPlace(entry.Row, content, mayMake: false);
        var check = new PartCheck(content, run => _store.RootOf(entry.Row.Id, run));
        var unkept = 0L;
        foreach (var file in look.Files)
        {
            unkept += content.BytesHeldOf(file);
            if (!place.Verify(file, check, GoesOn))
                return false;
            if (unkept < KeptEachBytes)
                continue;
            // Who is stopped here need not read all of it once more.
            Post(entry, () => Guarded(entry, () => Keep(entry, content)));
            unkept = 0;
        }

        return true;

        bool GoesOn()
        {
            look.Next();
            return !IsOver && IsLooked(entry);
        }
    }

    private static bool IsLooked(TransferEntry entry) =>
        entry.Row.State is TransferState.Running or TransferState.Finishing;

    /// <param name="then">Null: it was stopped before the end.</param>
    private void Looked(
        TransferEntry entry,
        TransferContent content,
        Action? then,
        Exception? failure
    )
    {
        entry.Look = null;
        if (failure is not null)
        {
            Stop(entry, failure);
            return;
        }

        Guarded(
            entry,
            () =>
            {
                KeepChanged(entry, content);
                entry.BytesStored = content.BytesHeld;
                if (then is not null && IsLooked(entry))
                    then();
                else
                    // Paused, and resumed before that was noticed.
                    GoOn(entry, mayBeginAnew: false);
            }
        );
    }

    private void KeepChanged(TransferEntry entry, TransferContent content)
    {
        _log($"{entry.Row.PartName} was changed; what is wrong of it is fetched again.");
        // Before anything is made in its place: a crash must not take that for what was here.
        Keep(entry, content);
    }

    private void Keep(TransferEntry entry, TransferContent content)
    {
        if (entry.Row.State != TransferState.Cancelled)
            _store.Keep(entry.Row.Id, content);
    }

    private void Guarded(TransferEntry entry, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            Stop(entry, e);
        }
    }
}
