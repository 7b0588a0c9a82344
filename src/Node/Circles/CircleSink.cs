using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
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
/// Circle catalogs as they come in: spooled, then applied one after another in the friend's
/// turns. Reports CircleFetched for each want that came to its turn, then CircleAskEnded, once.
/// </summary>
/// <param name="spool">Owned from here on.</param>
internal sealed class CircleSink(
    AskId ask,
    FriendId friend,
    IReadOnlyList<CircleWanted> wants,
    CircleStore store,
    Spool spool,
    Action<Input> post
) : IStreamSink
{
    private CircleAnswer _answer = new();
    private bool _isFault;
    private bool _isMalformed;

    /// <summary>Empty, which ends the stream, once our disk has failed.</summary>
    public Span<byte> DataSpace(int bytes) => _isFault ? [] : spool.Space(bytes);

    public void DataReceived(int bytes)
    {
        try
        {
            spool.Advance(bytes);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Told when the stream ends: our own fault, not the friend's.
            _isFault = true;
        }
    }

    public void Part(ReadOnlySpan<byte> body)
    {
        if (ControlMessages.TryParse(body, out CircleAnswer? answer))
        {
            _answer = answer;
        }
        else
        {
            _isMalformed = true;
        }
    }

    public void Ended()
    {
        if (_isFault || _isMalformed)
        {
            End(_isFault ? CircleEnd.OurFault : CircleEnd.Lied);
        }
        else if (_answer.Compare)
        {
            post(new Input.CircleFetched(ask, 0, CircleEnd.Compare, 0, default));
            End(CircleEnd.Compare);
        }
        else
        {
            _ = ApplyAsync();
        }
    }

    public void Failed(ResetCode? code) =>
        End(
            _isFault ? CircleEnd.OurFault
            : code == ResetCode.NotFound ? CircleEnd.Missing
            : CircleEnd.CutOff
        );

    private void End(CircleEnd end)
    {
        spool.Dispose();
        post(new Input.CircleAskEnded(ask, end));
    }

    private async Task ApplyAsync()
    {
        try
        {
            End(await store.RunAsync(friend, Apply()));
        }
        catch (Exception e) when (StorageFault.Is(e) || e is OperationCanceledException)
        {
            End(CircleEnd.OurFault);
        }
    }

    // Where one of them ends wrongly nobody knows where the next one begins.
    private IEnumerable<CircleEnd> Apply()
    {
        var feed = new DeltaFeed(spool.Read(), Limits.DeltasKeptBytes);
        for (var want = 0; want < wants.Count; want++)
        {
            var outcome = new CircleOutcome(CircleEnd.Missing);
            if (!_answer.Missing.Contains((uint)want))
            {
                foreach (var piece in Apply(wants[want], feed))
                {
                    outcome = piece ?? outcome;
                    yield return default;
                }
            }

            post(outcome.Report(ask, want));
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
            ? store.Apply(friend, want.Head, want.Have, feed)
            : [new(CircleEnd.CutOff)];
    }
}
