using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

// Why and how long nothing is asked for it.
internal sealed partial class Wanted
{
    private static readonly Dictionary<SourceId, int> _nobody = [];

    /// <summary>Nothing can be asked before this moment; null: something may be.</summary>
    internal Instant? RetryAt { get; set; }

    internal int Retries { get; set; }

    /// <summary>What came waits for the disk it goes to: nothing is asked meanwhile.</summary>
    internal bool IsHeldUp { get; set; }

    internal bool MayAsk => RetryAt is null && !IsHeldUp;

    /// <summary>The sentence told last.</summary>
    internal string? Why { get; set; }

    /// <summary>Looks again for whatever has no source that answers.</summary>
    /// <param name="gained">Who may offer more than before.</param>
    internal void Renew(IReadOnlyDictionary<SourceId, int> responsive, SourceId? gained = null)
    {
        RetryAt = null;
        Sources.Renew(responsive, gained);
        _inOrder.Rewind(0);
    }

    /// <summary>Looks for more sources, though there may be some that answer.</summary>
    internal void LookForMore()
    {
        // The wait for the next retry is no longer for it.
        if (RetryAt is not null && Retries > 0)
            Retries--;
        Renew(_nobody);
    }

    /// <summary>
    /// Whether something that is missing can be asked once such a source has room.
    /// </summary>
    internal bool WaitsForRoom(Func<SourceId, bool> isBusy)
    {
        if (Holders.Sources.Any(who => isBusy(who) && Holders.HoldsMore(who, _stored)))
            return true;
        var file = 0;
        var run = _stored.NextClear(0);
        while (run < _map.Runs)
        {
            file = _map.FileOf(run, file);
            if (Sources.WaitsForRoom(file, isBusy))
                return true;
            run = _stored.NextClear(_map.First(file + 1));
        }

        return false;
    }

    /// <summary>Why nothing can be asked, for people.</summary>
    internal string WhyItWaits(bool anyLink)
    {
        if (!anyLink)
            return "No friend is connected; it goes on when one is.";
        var next = _map.FileOf(_stored.NextClear(0));
        if (Sources.IsOfferedByLiars(next))
            return Effect.TransferWaits.WrongData;
        return Sources.IsOffered(next)
            ? "Those who offer it are not in reach; it goes on when one is."
            : "Nobody offers it now; it goes on when somebody does.";
    }
}
