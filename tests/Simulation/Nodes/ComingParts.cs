using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Nodes;

/// <summary>Large catalogs on their way in parts, in memory.</summary>
internal sealed class ComingParts
{
    private readonly Dictionary<SignedHead, Coming> _coming = [];

    /// <param name="held">What most of it may be; null: nothing is.</param>
    internal CircleRequest Ask(SignedHead head, EntrySet? held, uint groups)
    {
        if (!_coming.TryGetValue(head, out var coming))
            _coming.Add(head, coming = new Coming(head.Head.Content, held ?? EntrySet.Empty));
        return coming.Gathering.Ask(groups);
    }

    /// <summary>How an answer for these groups ended; all of it in one delta, once it is here.
    /// </summary>
    internal (CircleEnd End, uint Left, ReadOnlyMemory<byte> Delta) Read(
        SignedHead head,
        uint groups,
        CircleAnswer answer,
        ReadOnlyMemory<byte> bytes
    )
    {
        if (!_coming.TryGetValue(head, out var coming))
            return (CircleEnd.CutOff, 0, default);
        var steps = ChangeCheck.StepsOf(bytes);
        var outcome = ChangeCheck.Read(coming.Gathering.Read(groups, answer, steps));
        if (outcome != CheckOutcome.Right)
            return (outcome == CheckOutcome.CutOff ? CircleEnd.CutOff : CircleEnd.Lied, 0, default);
        if (coming.Gathering.Left is not 0 and var left)
            return (CircleEnd.InPart, left, default);
        coming.Gathering.Finish();
        coming.Gathering.Dispose();
        _coming.Remove(head);
        return (CircleEnd.Held, 0, coming.Output.WrittenMemory);
    }

    private sealed class Coming
    {
        internal Coming(CatalogHead head, EntrySet held) =>
            Gathering = new(head, held.Tree(), held.Head.Root, held.EntriesOf, Output);

        internal ArrayBufferWriter<byte> Output { get; } = new();

        internal Gathering Gathering { get; }
    }
}
