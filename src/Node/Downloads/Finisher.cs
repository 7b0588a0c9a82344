using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

/// <summary>Ends transfers: into place, or away. On the recorder's thread.</summary>
/// <param name="lookAgain">Somebody else wrote to what came.</param>
internal sealed class Finisher(
    TransferTable table,
    TransferStore store,
    Action<TransferEntry, Exception> stop,
    Action<TransferEntry, Download> lookAgain,
    Action<string> log
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
    internal void Remove(TransferEntry entry)
    {
        try
        {
            if (entry.Live is { } live && !PartPlace.IsInPlace(entry.Row))
                live.Place.Remove();
            else if (!TryRemovePart(entry.Row))
                return;
            table.Drop(entry);
        }
        catch (Exception e) when (e is DiskException or SqliteException)
        {
            log($"What {entry.Row.PartName} left could not be removed: {e.Message}");
        }
        finally
        {
            entry.Live?.Dispose();
            entry.Live = null;
        }
    }

    /// <summary>False: its disk may be away.</summary>
    private bool TryRemovePart(TransferRow row)
    {
        if (PartPlace.IsGone(row))
        {
            if (row.FinalName is not null || IsOld(row) || !store.Load(row.Id).HoldsSome)
                return true;
            log(
                $"{row.Destination}/{row.PartName} is gone: if its disk is away, it is removed "
                    + "when the node starts with the disk back."
            );
            return false;
        }

        using var place = new PartPlace(row, store.Load(row.Id), mayMake: false);
        place.Remove();
        return true;
    }

    private static bool IsOld(TransferRow row)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return now - row.CreatedSeconds > Limits.PartGoneDaysMax * 86400L;
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
