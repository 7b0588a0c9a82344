using FriendNet.Node.Linux;
using FriendNet.Protocol.Events;

namespace FriendNet.Node.Downloads;

public sealed partial class Downloader
{
    private const int DoubtsMax = 3;

    private void Note(Effect.Blame blame)
    {
        if (_table.Find(blame.Transfer) is not { Live.Content.Files: { } files } entry)
            return;
        var file = files[blame.Slice.File].Path;
        entry.Blames.Note(blame.Link, blame.Slice, blame.Source, file);
    }

    /// <summary>Compares what is recorded with the disk; false: it is gone, and stops.</summary>
    private bool TryCheck(TransferEntry entry, TransferContent content, bool mayMake)
    {
        if (!mayMake && PartPlace.IsGone(entry.Row))
        {
            Stop(entry, PartPlace.GoneSentence(entry.Row));
            return false;
        }

        using var place = new PartPlace(entry.Row, content, mayMake);
        if (!place.Check(run => _store.RootOf(entry.Row.Id, run)))
        {
            _log($"{entry.Row.PartName} was changed; what is wrong of it is fetched again.");
            // Before anything is made in its place: a crash must not take that for what was here.
            _store.Keep(entry.Row.Id, content);
        }

        return true;
    }

    private void Stop(TransferEntry entry, Exception failure) =>
        Stop(entry, WhyOf(entry.Row, failure));

    /// <summary>Who moved the part away is told that, not which name does not exist.</summary>
    private static string WhyOf(TransferRow row, Exception failure)
    {
        try
        {
            if (failure is DiskException { Error: DiskException.NoEntry } && PartPlace.IsGone(row))
                return PartPlace.GoneSentence(row);
        }
        catch (DiskException)
        {
            // Where it stood cannot be looked at either: what failed says as much.
        }

        return failure.Message;
    }

    /// <summary>Nothing that came is trusted until it is hashed again.</summary>
    private void LookAgain(TransferEntry entry, Download live)
    {
        if (++entry.Doubts > DoubtsMax)
        {
            Stop(entry, $"Another program goes on writing to {entry.Row.PartName}: end it.");
            return;
        }

        TransferState[] from = [TransferState.Running, TransferState.Finishing];
        if (!_table.TryMove(entry, from, TransferState.Running))
            return;
        _store.Doubt(entry.Row.Id);
        live.Dispose();
        entry.Live = null;
        GoOn(entry, mayBeginAnew: false);
    }
}
