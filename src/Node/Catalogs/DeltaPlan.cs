using System.Buffers;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Catalogs;

/// <summary>How a friend gets from what it has to what it sees now.</summary>
/// <param name="Gone">Shares of which everything goes.</param>
/// <param name="Changed">Shares that it has seen all along: changes after Seq.</param>
/// <param name="Added">Shares of which everything comes.</param>
internal sealed record DeltaPlan(
    DeltaHeader Header,
    ViewShares Shares,
    IReadOnlyList<VisibleShare> Gone,
    IReadOnlyList<VisibleShare> Changed,
    IReadOnlyList<VisibleShare> Added,
    long Seq
)
{
    /// <param name="told">What the friend has, if it is known and was shown to it.</param>
    /// <param name="since">Since which change the friend sees each share.</param>
    internal static DeltaPlan For(
        View now,
        Hash256 have,
        ToldRoot? told,
        Dictionary<VisibleShare, long> since,
        IndexSnapshot index
    )
    {
        List<VisibleShare> shares = [.. now.Shares.ByName];
        if (have == now.Head.Root)
            return new(new(have, now.Head), now.Shares, [], [], [], 0);
        if (have.IsZero || told is not { } from || from.Seq < index.ForgottenSeq)
            return new(new(default, now.Head), now.Shares, [], [], shares, 0);
        // Of a share that was hidden meanwhile, what came and went then is not for the friend.
        List<VisibleShare> kept =
        [
            .. shares.Where(s =>
                from.Shares.Has(s) && since.TryGetValue(s, out var seq) && seq <= from.Seq
            ),
        ];
        List<VisibleShare> gone = [.. from.Shares.ByName.Except(kept)];
        List<VisibleShare> added = [.. shares.Except(kept)];
        return new(new(have, now.Head), now.Shares, gone, kept, added, from.Seq);
    }

    internal void Write(IndexSnapshot index, IBufferWriter<byte> output, DeltaForm form)
    {
        using var writer = new DeltaWriter(output, Header, form);
        foreach (var share in Gone)
        {
            if (CatalogPath.TryParse(share.Name, out var path))
                writer.Add(DeltaStep.RemoveTree(path));
        }

        writer.Flush();
        foreach (var file in List(index, Changed, Seq))
        {
            if (Shares.EntryOf(file) is { } entry)
                writer.Add(DeltaStep.Upsert(entry));
            else if (Shares.PathOf(file) is { } path)
                writer.Add(DeltaStep.Remove(path));
        }

        foreach (var file in List(index, Added, 0))
        {
            if (Shares.EntryOf(file) is { } entry)
                writer.Add(DeltaStep.Upsert(entry));
        }

        writer.Finish();
    }

    private static IEnumerable<IndexedFile> List(
        IndexSnapshot index,
        IReadOnlyList<VisibleShare> shares,
        long seq
    ) => shares.Count == 0 ? [] : index.NewsSince(shares.Select(s => s.Id), seq);
}
