using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Downloads;

/// <summary>
/// Takes the leaf hashes of a corrupt slice and names the exact leaf in the log.
/// </summary>
internal sealed class LeafSink(
    LeafQuestion question,
    Effect.Fetch fetch,
    int index,
    Action<long> found,
    Action<string> log
) : IStreamSink
{
    private bool _isAnswered;

    public Span<byte> DataSpace(int bytes) => default;

    public void DataReceived(int bytes) { }

    public void Part(ReadOnlySpan<byte> body)
    {
        if (_isAnswered)
            return;
        var leaf = question.FirstBadLeaf(body);
        if (leaf >= 0)
            found(leaf);
        Say(leaf >= 0 ? $"leaf {leaf} is wrong" : "and it cannot prove its own leaf hashes");
    }

    public void Ended() => Say("and it told no leaf hashes");

    public void Failed(ResetCode? code) => Say("and it told no leaf hashes");

    private void Say(string what)
    {
        if (_isAnswered)
            return;
        _isAnswered = true;
        var slice = fetch.Slices[index];
        log(
            $"Link {fetch.Link.Value} sent wrong bytes for {question.Run.Id}, "
                + $"run {slice.Run}: {what}."
        );
    }
}
