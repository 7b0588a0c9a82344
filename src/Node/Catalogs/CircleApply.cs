using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>One circle catalog brought to its head, within the writer's open transaction.</summary>
/// <param name="base">Whose row the first delta leads from; null: nothing is held.</param>
internal sealed class CircleApply(
    SqliteConnection writer,
    CircleTable table,
    SignedHead head,
    KnownCircle? @base,
    long nowSeconds
) : IDisposable
{
    // Removals of empty folders, beside one step for each entry before and after.
    private const long StepsSpare = 1024;

    private readonly List<(DeltaTags Tags, byte[] Bytes)> _pieces = [];
    private FriendRow? _row;
    private CatalogEdit? _edit;
    private long _stepsLeft;

    /// <summary>The one delta that led here from another root, if it was only one.</summary>
    internal ReadOnlyMemory<byte> Delta =>
        _pieces is [var only] && only.Tags.From != 0 ? only.Bytes : default;

    internal FriendRow Row => _row!;

    /// <summary>Reads deltas until one leads to the head. Held: to be committed.</summary>
    internal CircleEnd Read(DeltaFeed feed)
    {
        var at = @base?.Held?.Head.Content.Root.Tag ?? 0;
        for (var count = 0; count < Limits.DeltasKeptMax; count++)
        {
            if (ReadOne(feed, ref at) is { } wrong)
                return wrong;
            if (at == head.Head.Content.Root.Tag)
                return Finish();
            // Complete, and it leads elsewhere.
            if (feed.IsOver)
                return CircleEnd.Lied;
        }

        return CircleEnd.Lied;
    }

    public void Dispose() => _edit?.Dispose();

    private CircleEnd? ReadOne(DeltaFeed feed, ref ulong at)
    {
        using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
        feed.Begin();
        while (true)
        {
            switch (feed.Read(reader, out var step))
            {
                case DeltaStatus.Header:
                    if (reader.Tags.From != 0 && reader.Tags.From != at)
                        return CircleEnd.Lied;
                    Begin(reader.Tags.From == 0);
                    break;
                case DeltaStatus.Step when --_stepsLeft >= 0:
                    _edit!.Do(step);
                    if (_edit.IsOverLimit(times: 2))
                        return CircleEnd.TooLarge;
                    break;
                case DeltaStatus.End:
                    at = reader.Tags.To;
                    if (feed.Remembered is { } bytes)
                        _pieces.Add((reader.Tags, bytes));
                    return null;
                case DeltaStatus.NeedsInput:
                    return CircleEnd.CutOff;
                default:
                    return CircleEnd.Lied;
            }
        }
    }

    private void Begin(bool fromNothing)
    {
        if (_edit is null)
        {
            _row = OwnRow() ?? NewRow();
            _edit = new CatalogEdit(writer, _row);
            // What others hold too, or hold alone, is not changed under them.
            if (!fromNothing && @base is not null && _row.No != @base.Catalog)
                Copy(@base.Catalog);
        }

        if (fromNothing)
        {
            _edit.RemoveAll();
            _pieces.Clear();
        }

        _stepsLeft += _row!.Tree.Entries + head.Head.Content.Entries + StepsSpare;
    }

    private CircleEnd Finish()
    {
        var come = _edit!.Finish();
        if (_edit.IsOverLimit(times: 1))
            return CircleEnd.TooLarge;
        if (come != head.Head.Content)
            return CircleEnd.Lied;
        FriendTable.Save(writer, Row, nowSeconds);
        if (_pieces is [] or [{ Tags.From: 0 }, ..])
            PieceTable.Clear(writer, Row.No);
        foreach (var (tags, bytes) in _pieces.Where(piece => piece.Tags.From != 0))
            PieceTable.Add(writer, Row.No, tags.From, tags.To, bytes);
        return CircleEnd.Held;
    }

    // Its own row, if nobody shares it and it is where the deltas begin or all comes anew.
    private FriendRow? OwnRow()
    {
        var known = table.Find(head.Head.Pseudonym);
        var isOwn =
            known is { Catalog: > 0 }
            && table.OwnersOf(known.Catalog).Count == 1
            && (@base is null || @base.Catalog == known.Catalog);
        return isOwn ? FriendTable.Find(writer, known!.Catalog) : null;
    }

    private FriendRow NewRow()
    {
        var key = SourceId.Of(head.Head.Pseudonym);
        // Somebody else has what it once brought: any other name that nobody has does.
        if (FriendTable.IsTaken(writer, key))
            key = SourceId.Of(new PseudonymId(head.Id));
        return FriendTable.Create(writer, key, nowSeconds);
    }

    private void Copy(long catalog)
    {
        using var reader = new CatalogReader(writer, table);
        for (var leaf = 0; leaf <= byte.MaxValue; leaf++)
        {
            foreach (var entry in reader.Leaf(catalog, leaf).ToList())
                _edit!.Do(DeltaStep.Upsert(entry));
        }
    }
}
