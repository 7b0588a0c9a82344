using System.Buffers.Binary;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Holdings;

/// <summary>What is told to friends that seek: the runs that are here, then what is new.</summary>
internal sealed class Telling(FriendId self, Queue<Effect> effects)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(Limits.SeekMilliseconds);

    /// <summary>Takes the list that a friend sent last, in place of the one before.</summary>
    internal static void Read(Neighbour friend, IEnumerable<Holding> holdings, Instant now)
    {
        (friend.Seeks, friend.Unread) = (friend.Unread, null);
        friend.ReadFrom = now + Apart;
        friend.Told.Clear();
        friend.Tags.Clear();
        var tags = friend.Seeks!.Tags.Span;
        for (var tag = 0; tag < tags.Length / sizeof(ulong); tag++)
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(tags[(tag * sizeof(ulong))..]);
            friend.Tags.TryAdd(value, (uint)tag);
        }

        foreach (var holding in holdings)
            Match(friend, holding);
    }

    /// <summary>Notes whether the friend seeks that.</summary>
    internal static void Match(Neighbour friend, Holding holding)
    {
        if (friend.Seeks is not { } seeks || friend.Tags.Count == 0)
            return;
        if (
            friend.Tags.TryGetValue(
                SeekTags.Of(seeks.Nonce.Span, friend.Friend, holding.Id),
                out var tag
            )
        )
            friend.Told.TryAdd(holding, (tag, new(holding.Have.Count)));
    }

    /// <summary>Tells what is new, as much as fits one message.</summary>
    /// <returns>Whether more is to be told.</returns>
    internal bool Tell(Neighbour friend)
    {
        if (friend.Seeks is not { } seeks)
            return false;
        var holds = new Holds { Seek = SeekTags.Name(seeks.Nonce.Span) };
        var (bytes, isMore) = (0, false);
        foreach (var (holding, (tag, told)) in friend.Told)
        {
            var before = holds.Held.Count;
            isMore |= !HeldBits.Write(holds, tag, holding.Have, told, ref bytes);
            if (holds.Held.Count == before)
                continue;
            var proof = SeekTags.Of(seeks.Nonce.Span, self, holding.Id);
            foreach (var piece in holds.Held.Skip(before))
                piece.Proof = proof;
        }

        if (holds.Held.Count > 0)
            effects.Enqueue(new Effect.Send(friend.Link, new Message { Holds = holds }));
        return isMore;
    }
}
