using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

// What becomes of that which was asked.
internal sealed partial class Sources
{
    private readonly List<Slice> _missing = [];

    /// <summary>The transfer that this slice may have completed.</summary>
    /// <param name="kept">Told of it.</param>
    internal Wanted? Stored(
        FetchId id,
        int index,
        Instant now,
        Action<ContentId, int, Instant>? kept
    )
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (link, wanted) = (fetch.Link, fetch.Transfer);
        link.Silences = 0;
        link.Delivered += fetch.CameAt is null ? wanted.BytesOf(slice) : 0;
        (link.Heard, link.Brought, link.Came) = (now, now, 0);
        wanted.Retries = 0;
        kept?.Invoke(wanted.Files[slice.File].Id, slice.Run, now);
        if (wanted.Stored(slice))
            CancelLate(wanted);
        return wanted;
    }

    /// <param name="bytes">Of that fetch, so far.</param>
    internal void Heard(FetchId id, long bytes, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch))
            return;
        fetch.Link.Heard = now;
        fetch.Link.Came += bytes - fetch.Came;
        fetch.Came = bytes;
    }

    /// <summary>
    /// Whom that fetch was asked of; null: it has ended, or was caught in that transfer before.
    /// </summary>
    internal SourceId? UncaughtOf(FetchId id) =>
        _fetches.GetValueOrDefault(id) is { Link.Source: var source } fetch
        && !fetch.Transfer.Sources.IsDropped(source)
            ? source
            : null;

    /// <summary>The transfer that cannot go on because of our own disk.</summary>
    internal Wanted? Failed(FetchId id, int index, SliceFailure why, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch) || fetch.Settle(index) is not { } slice)
            return null;
        var (wanted, source) = (fetch.Transfer, fetch.Link.Source);
        if (why == SliceFailure.DiskFailed)
            return wanted;
        (fetch.Link.Brought, fetch.Link.Came) = (now, 0);
        wanted.GiveBack(slice);
        if (why == SliceFailure.Corrupt)
        {
            wanted.Drop(source);
            effects.Enqueue(new Effect.Blame(wanted.Id, slice, fetch.Link.Id, source));
            Cancel(wanted, source);
        }
        else
        {
            wanted.Exclude(slice, source);
        }

        return null;
    }

    /// <summary>Nothing of it is still to come over the link.</summary>
    internal void Came(FetchId id, long bytes, Instant now)
    {
        if (!_fetches.TryGetValue(id, out var fetch))
            return;
        fetch.Arrived(bytes, now);
        fetch.Link.Heard = now;
    }

    /// <summary>It waits for our disk: its link may be asked for more.</summary>
    internal void Park(Fetching fetch)
    {
        fetch.IsParked = true;
        Leave(fetch);
        _bytesParked += fetch.Bytes;
    }

    internal void Ended(FetchId id, Instant now)
    {
        if (!_fetches.Remove(id, out var fetch))
            return;
        var link = fetch.Link;
        if (fetch.IsParked)
            _bytesParked -= fetch.Bytes;
        else
            Leave(fetch);
        fetch.Transfer.Underway--;
        _missing.Clear();
        var isWhole = fetch.SettleRest(_missing);
        if (fetch.IsParked)
            // How long it took says nothing of the link.
            link.Failures = isWhole ? 0 : link.Failures;
        else if (isWhole)
            link.Measure(fetch, now);
        else if (fetch.IsLate)
            link.MeasureLate(fetch, now);
        else if (!fetch.IsCancelled)
            Silences.Rest(link, now);
        foreach (var slice in _missing)
        {
            fetch.Transfer.GiveBack(slice);
            Down.Charge(link.Source.Friend, -fetch.Transfer.BytesOf(slice), now);
        }
    }

    private void Leave(Fetching fetch)
    {
        fetch.Link.Fetches.Remove(fetch.Id);
        fetch.Link.Prompts -= fetch.IsPrompt ? 1 : 0;
        _bytesUnderway -= fetch.Bytes;
    }

    /// <summary>A run that was asked of two is here: nobody waits for the other copy.</summary>
    private void CancelLate(Wanted wanted)
    {
        foreach (var fetch in _fetches.Values)
        {
            if (fetch.Transfer != wanted || fetch.IsCancelled || fetch.Owed == 0)
                continue;
            if (fetch.Open().Any(slice => !wanted.IsStored(slice)))
                continue;
            fetch.IsLate = true;
            Cancel(fetch);
        }
    }
}
