using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

// What is served to friends that fetch the same.
public sealed partial class Downloader
{
    /// <summary>
    /// Reads a run of what is being fetched, or was and is listed, for a friend that fetches the
    /// same; checked, so that what somebody changed on our disk is never served.
    /// </summary>
    /// <returns>Its proof; null: it is not here, or quiet.</returns>
    public Hash256[]? TryRead(RunOfContent run, Span<byte> destination) =>
        _parts.TryRead(run, destination);

    /// <summary>Whether such a content is served.</summary>
    public bool Holds(ContentId id) => _parts.Holds(id);

    private void Restore(TransferEntry entry)
    {
        Finisher.Complete(entry);
        if (!entry.Row.IsQuiet && entry.Row.Files <= Limits.HoldingsMax)
            Post(entry, () => Hold(entry));
    }

    private void Hold(TransferEntry entry)
    {
        try
        {
            var files = _store.Load(entry.Row.Id).Files;
            if (_parts.Add(entry.Row, files))
                _report(new Input.DownloadHeld(entry.Row.Id, [.. files.Select(file => file.Id)]));
        }
        catch (SqliteException e)
        {
            _log($"{entry.Row.Name} is not served to others who fetch it: {e.Message}");
        }
    }

    private void Finish(TransferEntry entry)
    {
        try
        {
            entry.Live?.RecordProofs(_store);
        }
        catch (SqliteException e)
        {
            // They are for others alone: it is finished all the same.
            _log($"{entry.Row.Name} cannot be served to others once it is done: {e.Message}");
        }

        _finisher.Finish(entry);
    }
}
