using System.Buffers;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>What became of a want of somebody who asks.</summary>
public enum CircleWay
{
    /// <summary>Its content is not held.</summary>
    None,

    /// <summary>The shortest way is written.</summary>
    Written,

    /// <summary>The asker holds something, and what it lacks is not known: it may be asked for in
    /// parts.</summary>
    Compare,
}

/// <summary>Answers out of the circle catalogs that are held. For any thread.</summary>
public sealed class CircleReads(CatalogStore store)
{
    private readonly CircleTable _table = store.Circles;

    /// <summary>
    /// Writes the way from a root (its tag; 0: nothing) to this content, the shortest that is
    /// known.
    /// </summary>
    /// <param name="isAlone">Nothing else is asked for, so that it may be compared.</param>
    public CircleWay Write(SignedHead head, ulong have, bool isAlone, IBufferWriter<byte> output)
    {
        using var moment = store.Moment();
        if (Find(moment, head.Head) is not { } row)
            return CircleWay.None;
        var root = head.Head.Content.Root;
        var chain = have == 0 ? null : PieceTable.Chain(moment.Connection, row.No, have, root.Tag);
        if (
            chain is not null
            && chain.Sum(piece => (long)piece.Length) < row.Encoded
            && DeltaChain.Leads(chain, new(have, root.Tag))
        )
        {
            chain.ForEach(piece => output.Write(piece));
            return CircleWay.Written;
        }

        if (IsCompared(head.Head.Content, have, isAlone))
            return CircleWay.Compare;
        using var reader = new CatalogReader(moment.Connection, _table);
        var entries = reader.All(row.No).OrderBy(entry => entry.Path);
        using var delta = new DeltaWriter(output, new(default, head.Head.Content), DeltaForm.Tags);
        foreach (var entry in entries)
            delta.Add(DeltaStep.Upsert(entry));
        delta.Finish();
        return CircleWay.Written;
    }

    /// <summary>Writes the parts that are asked for; null: that content is not held.</summary>
    public CircleAnswer? Write(SignedHead head, CircleRequest request, IBufferWriter<byte> output)
    {
        using var moment = store.Moment();
        if (Find(moment, head.Head) is not { } row)
            return null;
        using var reader = new CatalogReader(moment.Connection, _table);
        return PartAnswer.Write(
            row.Tree,
            head.Head.Content,
            request,
            leaf => reader.Leaf(row.No, leaf),
            output
        );
    }

    /// <summary>Whether the asker is to say first what it holds.</summary>
    internal static bool IsCompared(CatalogHead content, ulong have, bool isAlone) =>
        isAlone && have != 0 && content.Entries > Limits.CirclePartEntries;

    private FriendRow? Find(ReadMoment moment, CircleHead head)
    {
        var known = _table.Find(head.Pseudonym);
        if (known?.Held?.Head.Content != head.Content)
            known = _table.Known.FirstOrDefault(one => one.Held?.Head.Content == head.Content);
        return
            known is { Catalog: > 0 }
            && FriendTable.Find(moment.Connection, known.Catalog) is { } row
            && row.Tree.Root == head.Content.Root
            ? row
            : null;
    }
}
