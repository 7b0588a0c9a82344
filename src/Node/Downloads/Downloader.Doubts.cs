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

    /// <summary>Nothing that came is trusted until it is hashed again.</summary>
    private void LookAgain(TransferEntry entry, Download live)
    {
        if (++entry.Doubts > DoubtsMax)
        {
            Stop(
                entry,
                $"Another program goes on writing to {entry.Row.PartName}: end it.",
                isRetried: false
            );
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
