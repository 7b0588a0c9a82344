using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>Content that came is charged and told on from now.</summary>
internal sealed class Holding(
    Directory directory,
    Quota quota,
    Rests rests,
    Deltas deltas,
    Queue<Effect> effects
)
{
    internal void Hold(Ask ask, Known known, SignedHead head, Input.CircleFetched fetched)
    {
        var from = directory.At(ask.Sponsor.Slot) == ask.Sponsor ? ask.Sponsor : null;
        from ??= known.Offers.Select(offer => directory.At(offer.Slot)).FirstOrDefault();
        known.NeedsCompare = false;
        if (from is null || known.Held is { IsWithdrawal: true } gone && gone.Beats(head))
        {
            effects.Enqueue(new Effect.DropCircle(known.Id));
            return;
        }

        rests.Forget(ask.From, known);
        deltas.Keep(known, fetched.Delta);
        if (head.Beats(known.Held))
            quota.Hold(known, head, from, fetched.Encoded);
    }
}
