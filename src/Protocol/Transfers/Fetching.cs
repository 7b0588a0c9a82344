using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>One fetch underway.</summary>
internal sealed class Fetching(
    FetchId id,
    SourceLink link,
    Wanted transfer,
    IReadOnlyList<Slice> slices,
    Instant now
)
{
    private readonly RunBits _settled = new(slices.Count);

    internal FetchId Id => id;

    internal SourceLink Link => link;

    internal Wanted Transfer => transfer;

    internal IReadOnlyList<Slice> Slices => slices;

    internal Instant Asked => now;

    internal long DeliveredBefore { get; } = link.Delivered;

    /// <summary>DATA bytes asked for.</summary>
    internal int Bytes { get; } = slices.Sum(slice => BytesOf(transfer, slice));

    /// <summary>DATA bytes that have not come yet, so far as is known.</summary>
    internal int Owed { get; private set; } = slices.Sum(slice => BytesOf(transfer, slice));

    /// <summary>DATA bytes that were said to have come.</summary>
    internal long Came { get; set; }

    /// <summary>When nothing of it was to come any more, but to be written; null: something is.
    /// </summary>
    internal Instant? CameAt { get; private set; }

    /// <summary>What its link had delivered when all of it had come.</summary>
    internal long? DeliveredThen { get; private set; }

    /// <summary>It waits for our disk so long that it is no matter of its link any more.</summary>
    internal bool IsParked { get; set; }

    /// <summary>Asked beside the window of its link.</summary>
    internal bool IsPrompt { get; init; }

    internal bool IsCancelled { get; set; }

    /// <summary>Cancelled since another brought what was still to come.</summary>
    internal bool IsLate { get; set; }

    /// <summary>Whether it brings something that a reader wants next.</summary>
    internal bool IsRead =>
        transfer.Urgent.HasReaders && !IsCancelled && slices.Any(transfer.Urgent.Has);

    /// <summary>The same, of a transfer whose reader has nothing to read now.</summary>
    internal bool IsAwaited => transfer.Urgent.IsAwaited && IsRead;

    /// <summary>Nothing of it is still to come over the link.</summary>
    /// <param name="bytes">All that came of it.</param>
    internal void Arrived(long bytes, Instant at)
    {
        link.Delivered += Math.Clamp(bytes - (Bytes - Owed), 0, Owed);
        (CameAt, DeliveredThen, Owed) = (at, link.Delivered, 0);
    }

    /// <summary>The slice of that index, once; null if it was settled or never asked.</summary>
    internal Slice? Settle(int index)
    {
        if ((uint)index >= (uint)slices.Count || !_settled.Set(index))
            return null;
        if (CameAt is null)
            Owed -= BytesOf(transfer, slices[index]);
        return slices[index];
    }

    /// <summary>Whether all slices are settled; those that are not are settled now.</summary>
    internal bool SettleRest(List<Slice> missing)
    {
        for (var index = 0; index < slices.Count; index++)
        {
            if (_settled.Set(index))
                missing.Add(slices[index]);
        }

        return missing.Count == 0;
    }

    /// <summary>Slices that have not come yet.</summary>
    internal IEnumerable<Slice> Open()
    {
        for (var index = 0; index < slices.Count; index++)
        {
            if (!_settled[index])
                yield return slices[index];
        }
    }

    private static int BytesOf(Wanted transfer, Slice slice) =>
        MerkleTree.RunLength(transfer.Files[slice.File].Id.Length, slice.Run);
}
