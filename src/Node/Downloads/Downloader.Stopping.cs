using System.Security.Cryptography;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

// Our own disk does not let it go on: that is said, and tried again by itself, as the disk may be
// back or have room.
public sealed partial class Downloader
{
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

        return failure is SqliteException && StorageFault.Told(failure) is { } told
            ? told.Message
            : failure.Message;
    }

    private void Stop(TransferEntry entry, string sentence, bool isRetried = true)
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
        if (isRetried)
            TryLater(entry);
    }

    private void TryLater(TransferEntry entry)
    {
        var seconds = Limits.DiskRetrySecondsMin << Math.Min(entry.DiskStops, 16);
        var longest = 1000 * Math.Min(seconds, Limits.DiskRetrySecondsMax);
        var stops = ++entry.DiskStops;
        // Those that one disk stopped do not all come at once.
        var delay = RandomNumberGenerator.GetInt32(longest / 2, longest);
        _ = TryAfter(TimeSpan.FromMilliseconds(delay), entry, () => TryAgain(entry, stops));
    }

    private async Task TryAfter(TimeSpan delay, TransferEntry entry, Action then)
    {
        var over = _over.Token;
        // Cancelled, the node ends: the next start looks at what is stopped.
        await Task.Delay(delay, _time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!over.IsCancellationRequested)
            Post(entry, then);
    }

    /// <param name="stops">As often it had stopped then.</param>
    private void TryAgain(TransferEntry entry, int stops)
    {
        var isStopped = entry.Row is { State: TransferState.Paused, Why: not null };
        if (IsOver || !isStopped || entry.DiskStops != stops)
            return;
        if (!CanGoOn(entry))
            TryLater(entry);
        else
            Guarded(entry, () => Resume(entry, mayBeginAnew: false));
    }

    private static bool CanGoOn(TransferEntry entry)
    {
        try
        {
            using var folder = Folder.Open(entry.Row.Destination);
            return folder.FreeBytes() >= Math.Min(entry.Row.Bytes, Limits.FetchesBytesMax)
                && (!PartPlace.IsGone(entry.Row) || PartPlace.IsFinished(entry.Row));
        }
        catch (DiskException)
        {
            // Still away, or not ours to read: why it stopped was said.
            return false;
        }
    }
}
