using System.Numerics;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Wire;

/// <summary>The rules of messages about circles that need no state.</summary>
internal static class CircleShapes
{
    private const int Fanout = 16;
    private const int NodesBytes = Fanout * Hash256.Size;
    private const int Leaves = Fanout * Fanout;
    private const int LeafTagsBytes = Leaves * sizeof(ulong);

    internal static bool Fits(Message message) =>
        message.KindCase switch
        {
            Message.KindOneofCase.HeadsHave => message.HeadsHave.Root.Length == Hash256.Size,
            Message.KindOneofCase.HeadsAsk => message.HeadsAsk.Depth is 1 or 2,
            Message.KindOneofCase.HeadsNodes => message.HeadsNodes.Depth is 1 or 2
                && message.HeadsNodes.Nodes.Length
                    == NodesAt(message.HeadsNodes.Depth) * sizeof(ulong),
            Message.KindOneofCase.Heads => Fits(message.Heads),
            Message.KindOneofCase.HeadsTaken => message.HeadsTaken.Heads
                is > 0
                    and <= Limits.HeadsWindowMax,
            _ => true,
        };

    internal static bool Fits(CircleRequest request) =>
        CircleWants.Fits(request)
        && request.Parts < 1 << Fanout
        && (request.Parts == 0 || CircleWants.Count(request) == 1)
        && (
            request.HaveLeaves.IsEmpty
            || (request.HaveLeaves.Length == LeafTagsBytes && request.Parts != 0)
        );

    internal static bool Fits(CircleAnswer answer) =>
        answer.Missing.All(index => index < Limits.CircleWantsMax)
        && answer.Middle.Length is 0 or NodesBytes
        && answer.Split < (answer.Middle.IsEmpty ? 1 : 1 << Fanout)
        && answer.Leaves.Length == NodesBytes * BitOperations.PopCount(answer.Split);

    private static bool Fits(Heads heads)
    {
        if (heads.CalculateSize() > Limits.HeadsBytesMax || !heads.News.All(Fits))
            return false;
        var cleared = heads.Cleared.Span;
        for (var i = 0; i < cleared.Length; i++)
        {
            if (
                cleared[i] >= NodesAt(heads.ClearedDepth)
                || (i > 0 && cleared[i] <= cleared[i - 1])
            )
                return false;
        }

        return cleared.IsEmpty == (heads.ClearedDepth == 0);
    }

    private static bool Fits(HeadNews news) =>
        news.Head.IsEmpty
            ? news.Gone.Length == Hash256.Size
                && news.Hops == 0
                && news.Delta.IsEmpty
                && news.Proof.IsEmpty
            : news.Head.Length == SignedHead.Bytes
                && news.Gone.IsEmpty
                && news.Hops is >= 1 and <= Limits.HorizonMax
                && news.Proof.Length is 0 or PossessionProof.Bytes
                && news.Delta.Length <= Limits.HeadDeltaBytesMax;

    private static int NodesAt(uint depth) =>
        depth switch
        {
            1 => Fanout,
            2 => Leaves,
            _ => 0,
        };
}
