using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>A want of a question: the head, and what its deltas may lead from.</summary>
/// <param name="Have">Null: nothing.</param>
/// <param name="HaveTag">The root that the friend was told.</param>
internal readonly record struct CircleWanted(SignedHead Head, PseudonymId? Have, ulong HaveTag);

/// <summary>
/// Catalogs asked for together, each as deltas or as a whole, one after another. Reports
/// CircleFetched for each want that came to its turn.
/// </summary>
internal sealed class CircleBatch(CircleStore store, Effect.FetchCircle fetch, Action<Input> post)
{
    private readonly CircleWanted[] _wants =
    [
        .. fetch.Wants.Zip(fetch.Have, (head, have) => Wanted(store, head, have)),
    ];

    internal CircleRequest Request =>
        CircleWants.Of(
            [.. _wants.Select(want => (want.Head.Head.Content.Root.Tag, want.HaveTag))],
            fetch.IsFull
        );

    // Where one of them ends wrongly nobody knows where the next one begins.
    internal IEnumerable<CircleEnd> Read(CircleAnswer answer, Stream content)
    {
        var feed = new DeltaFeed(content, Limits.DeltasKeptBytes);
        for (var want = 0; want < _wants.Length; want++)
        {
            var outcome = new CircleOutcome(CircleEnd.Missing);
            if (!answer.Missing.Contains((uint)want))
            {
                foreach (var piece in Apply(_wants[want], feed))
                {
                    outcome = piece ?? outcome;
                    yield return default;
                }
            }

            post(outcome.Report(fetch.Ask, want));
            if (outcome.End is not (CircleEnd.Held or CircleEnd.Missing))
            {
                yield return CircleEnd.CutOff;
                yield break;
            }
        }

        yield return CircleEnd.Held;
    }

    private IEnumerable<CircleOutcome?> Apply(CircleWanted want, DeltaFeed feed)
    {
        var tag = want.Have is { } have ? store.TagOf(have) : 0;
        // What we hold moved on while the answer was under way: no lie of the friend.
        return tag == want.HaveTag
            ? store.Apply(fetch.Sponsor, want.Head, want.Have, feed)
            : [new(CircleEnd.CutOff)];
    }

    private static CircleWanted Wanted(CircleStore store, SignedHead head, PseudonymId? have)
    {
        var tag = have is { } pseudonym ? store.TagOf(pseudonym) : 0;
        return new(head, tag == 0 ? null : have, tag);
    }
}
