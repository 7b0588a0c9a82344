using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>Takes from a friend's queue what one question can ask for.</summary>
internal sealed class Batches(Quota quota)
{
    /// <summary>It stands in this friend's queue, and in no other unless it comes in parts.
    /// </summary>
    internal static bool IsQueued(Known known, Neighbour neighbour) =>
        known.Parts is { } parts
            ? parts.Tellers.Contains(neighbour) && neighbour.Ask?.Parts != parts
            : known.Pursuit == Pursuit.Queued && known.Queue == neighbour.Slot;

    /// <summary>What is to be asked of this friend next; what is due no more is released.</summary>
    internal List<Known> Next(Neighbour from, Action<Known> release)
    {
        var batch = new List<Known>();
        var sum = 0L;
        while (batch.Count < Limits.CircleWantsMax && from.Wanted!.TryPeek(out var next))
        {
            var known = next.Known;
            var head = known.OfferOf(from.Slot)?.Head;
            var isWanted =
                IsQueued(known, from)
                && head is { IsWithdrawal: false }
                && head.Beats(known.Held)
                && IsTaken(from, known, head, 0);
            var pending = sum + (from.Applying?.Entries ?? 0);
            var isDue = isWanted && IsTaken(from, known, head!, pending);
            // There is room but for what is under way: it keeps its turn until that has ended.
            if (isWanted && !isDue)
                break;
            var entries = isDue ? head!.Head.Content.Entries : 0;
            var isAlone = entries > Limits.CirclePartEntries;
            if (isDue && batch.Count > 0)
            {
                var root = head!.Head.Content.Root;
                var isTwice = batch.Exists(one => RootOf(one, from) == root);
                if (isAlone || isTwice || sum + entries > Limits.CircleAskEntriesMax)
                    break;
            }

            from.Wanted.Dequeue();
            from.WantedEntries -= next.Entries;
            if (!isDue)
            {
                if (IsQueued(known, from))
                    release(known);
                continue;
            }

            // Not to be taken twice, should it stand in the queue twice.
            known.Pursuit = Pursuit.Asked;
            batch.Add(known);
            sum += entries;
            if (isAlone)
                break;
        }

        return batch;
    }

    // For parts there is room already, and the friend may help another that is charged.
    private bool IsTaken(Neighbour from, Known known, SignedHead head, long pending) =>
        known.Parts is { } parts
            ? parts.Left != 0 && parts.Head.Equals(head)
            : quota.HasRoom(from, known, head, pending);

    private static Hash256? RootOf(Known known, Neighbour from) =>
        known.OfferOf(from.Slot)?.Head.Head.Content.Root;
}
