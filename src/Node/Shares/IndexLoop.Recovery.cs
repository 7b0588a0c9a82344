using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

// What it holds from before, and what is done when the file fails.
internal sealed partial class IndexLoop
{
    private void LoadTotals()
    {
        foreach (var totals in _file.Store.Totals())
        {
            if (Find(totals.Share) is { } entry)
                entry.SetTotals(totals.Files, totals.Bytes);
            else if (totals.Files > 0 && _removed.All(e => e.Folder.Id != totals.Share))
            {
                var stray = new ShareEntry(new(totals.Share, "", ""));
                stray.SetTotals(totals.Files, totals.Bytes);
                _removed.Enqueue(stray);
            }
        }
    }

    // A damaged index is moved aside and made anew; any other trouble is told and tried again.
    private void Recover(ShareEntry? entry, SqliteException error)
    {
        var sentence = $"The index cannot be written ({error.Message}); tried again in a minute.";
        var isAnew = false;
        try
        {
            _file.Store.Rollback();
            if (Database.IsDamage(error))
            {
                EndScans(_ => true);
                sentence = Renew();
                isAnew = true;
            }
            foreach (var each in _entries.Values)
                each.SetTotals(0, 0);
            LoadTotals();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            sentence = $"The index cannot be made anew ({e.Message}); tried again in a minute.";
            isAnew = false;
        }
        var due = Environment.TickCount64 + (isAnew ? 0 : ErrorWaitMs);
        foreach (var each in Database.IsDamage(error) || entry is null ? Entries : [entry])
        {
            if (each.Status.Sentence != sentence)
                _settings.Warn?.Invoke(sentence);
            each.FullDueMs = due;
            each.Become(isAnew ? ShareState.Waiting : ShareState.Stalled, 0, sentence);
        }
        // What is to be withdrawn has no time of its own to wait for.
        if (!isAnew)
            _stop.Token.WaitHandle.WaitOne(WithdrawWaitMs);
    }

    // The new file is open before the damaged one closes, so that readers always have one; SQLite
    // leaves the journal at a path alone once its own file has been moved away from there.
    private string Renew()
    {
        var aside = Database.MoveAside(_path, DateTime.UtcNow);
        var damaged = _file;
        _file = IndexFile.Open(_path, out var why) ?? throw new IOException(why);
        damaged.Dispose();
        return IndexFile.Rebuilt(aside);
    }
}
