using FriendNet.Node.Linux;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

/// <summary>Ends transfers: into place, or away. On the recorder's thread.</summary>
/// <param name="lookAgain">Somebody else wrote to what came.</param>
internal sealed class Finisher(
    TransferTable table,
    TransferStore store,
    Action<TransferEntry, Exception> stop,
    Action<TransferEntry, Download> lookAgain
)
{
    private const int TriesMax = 100;

    /// <summary>Syncs, notes the name, renames: a crash in between is repaired at start.</summary>
    internal void Finish(TransferEntry entry)
    {
        if (entry.Live is not { IsSpoiled: false } live)
            return;
        try
        {
            live.IsStopped = true;
            live.Place.MakeEmptyFiles();
            if (live.HasUnrecorded)
                live.Record(store);
            else
                live.Place.Sync();
            if (!live.Place.IsAsLeft())
            {
                lookAgain(entry, live);
                return;
            }

            if (!TryPlace(entry, live))
                return;
            live.Dispose();
            entry.Live = null;
            Complete(entry);
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            stop(entry, e);
        }
    }

    /// <summary>Tells who waits how it ended.</summary>
    internal static void Complete(TransferEntry entry)
    {
        var row = entry.Row;
        var place = Path.Join(row.Destination, row.FinalName ?? row.Name);
        entry.End.TrySetResult(new(row.State, place, row.Why));
    }

    /// <summary>
    /// Removes what a cancelled transfer left, then forgets it: the other way round nobody would
    /// know of a part whose removal was cut off. What cannot be removed is tried at the next start.
    /// </summary>
    internal static void Remove(TransferEntry entry, TransferStore store, Action<string> log)
    {
        try
        {
            if (entry.Live is { } live && !PartPlace.IsInPlace(entry.Row))
                live.Place.Remove();
            else
                RemovePart(entry.Row, store);
            store.Remove(entry.Row.Id);
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            log($"What {entry.Row.PartName} left could not be removed: {e.Message}");
        }

        entry.Live?.Dispose();
        entry.Live = null;
    }

    private static void RemovePart(TransferRow row, TransferStore store)
    {
        if (PartPlace.IsGone(row))
            return;
        using var place = new PartPlace(row, store.Load(row.Id), mayMake: false);
        place.Remove();
    }

    private bool TryPlace(TransferEntry entry, Download live)
    {
        TransferState[] from = [TransferState.Running, TransferState.Finishing];
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var name = live.Place.FreeName();
            if (!table.TryMove(entry, from, TransferState.Finishing, finalName: name))
                return false;
            if (live.Place.TryFinish(name))
                return table.TryMove(entry, from, TransferState.Done, finalName: name);
        }

        throw new DiskException(DiskException.Exists, entry.Row.Name);
    }
}
