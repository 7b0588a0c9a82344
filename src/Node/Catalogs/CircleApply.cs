using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// One circle catalog brought to its head by deltas: checked in memory against what is held, then
/// written into its row if that is one transaction, else into a new row in its place. So what is
/// held is whole at any moment, and a lie is never written.
/// </summary>
/// <param name="have">Whose content the first delta leads from; null: nothing's.</param>
internal sealed class CircleApply(
    Database database,
    CircleTable table,
    FriendId sponsor,
    SignedHead head,
    PseudonymId? have,
    long nowSeconds
)
{
    private readonly List<(DeltaTags Tags, byte[] Bytes)> _pieces = [];
    private KnownCircle? _known;

    /// <summary>A new row that counts as nothing yet: to be removed should this be broken off.
    /// </summary>
    internal FriendRow? Unfinished { get; private set; }

    /// <summary>Gives nothing after each piece of work, and at last how it ended.</summary>
    internal IEnumerable<CircleOutcome?> Run(DeltaFeed feed)
    {
        var from = have is { } one ? table.Find(one) : null;
        from = from?.Held is null ? null : from;
        var row = from is null ? null : FriendTable.Find(database.Writer, from.Catalog);
        using var held = new HeldRows(database.Writer, row, table);
        var check = new ChangeCheck(held, head.Head.Content);
        var come = CheckOutcome.Wrong;
        foreach (var outcome in check.Run(Remembered(feed), DeltaForm.Tags, Limits.DeltasKeptMax))
        {
            yield return null;
            come = outcome ?? come;
        }

        if (come != CheckOutcome.Right || VerifiedApply.HasTooManyFolders(check))
        {
            yield return new CircleOutcome(EndOf(come));
            yield break;
        }

        var own = OwnRow(from);
        using var mine = new HeldRows(database.Writer, own, table);
        var goes = check.IsFromNothing ? own?.Tree.Entries : check.Removed.Count();
        if (own is not null && goes + check.Upserts.Count() <= Limits.TurnStepsMax)
        {
            yield return Change(own, mine, check);
            yield break;
        }

        foreach (var isDone in Anew(held, check))
            yield return isDone ? Outcome() : null;
    }

    private CircleOutcome Outcome()
    {
        if (_known is not { } known)
            return new(CircleEnd.TooLarge);
        Unfinished = null;
        table.Put(known);
        return new(
            CircleEnd.Held,
            known.Encoded,
            _pieces is [var only] && only.Tags.From != 0 ? only.Bytes : default
        );
    }

    // Keeps each delta as it comes. One that ends elsewhere with nothing behind it is a lie.
    private DeltaSteps Remembered(DeltaFeed feed)
    {
        DeltaReader? last = null;
        return (DeltaReader reader, out DeltaStep step) =>
        {
            if (reader != last)
            {
                step = default;
                if (last is not null && feed.IsOver)
                    return DeltaStatus.Malformed;
                feed.Begin();
                last = reader;
            }

            var status = feed.Read(reader, out step);
            if (status == DeltaStatus.Header && reader.Tags.From == 0)
                _pieces.Clear();
            if (status == DeltaStatus.End && feed.Remembered is { } bytes)
                _pieces.Add((reader.Tags, bytes));
            return status;
        };
    }

    /// <summary>How what is not taken ends; what is right is too large then.</summary>
    internal static CircleEnd EndOf(CheckOutcome come) =>
        come switch
        {
            CheckOutcome.CutOff => CircleEnd.CutOff,
            CheckOutcome.Right or CheckOutcome.TooLarge => CircleEnd.TooLarge,
            _ => CircleEnd.Lied,
        };

    private CircleOutcome Change(FriendRow own, HeldRows held, ChangeCheck check)
    {
        IEnumerable<DeltaStep?> gone = check.IsFromNothing
            ? VerifiedApply.Others(held, check)
            : check.Removed.Select(path => (DeltaStep?)DeltaStep.Remove(path));
        var steps = Upserts(check).Concat(gone).OfType<DeltaStep>().ToList();
        try
        {
            database.Transact(writer =>
            {
                using (var edit = new CatalogEdit(writer, own))
                {
                    steps.ForEach(edit.Do);
                    edit.FinishFolders();
                }

                if (own.IsOverLimit)
                    throw new OperationCanceledException();
                Finish(writer, own, check);
            });
        }
        catch (OperationCanceledException)
        {
            // Rolled back: it has grown too large by changes, and stays as it was.
            return new(CircleEnd.TooLarge);
        }

        return Outcome();
    }

    private IEnumerable<bool> Anew(HeldRows @base, ChangeCheck check)
    {
        database.Transact(writer => Unfinished = NewRow(writer));
        var row = Unfinished!;
        var steps = check.IsFromNothing
            ? Upserts(check)
            : All(@base)
                .Concat(Upserts(check))
                .Concat(check.Removed.Select(path => (DeltaStep?)DeltaStep.Remove(path)));
        return ChunkedEdit.Run(
            database,
            row,
            steps,
            writer =>
            {
                if (row.IsOverLimit)
                    return;
                Finish(writer, row, check);
            }
        );
    }

    private void Finish(SqliteConnection writer, FriendRow row, ChangeCheck check)
    {
        row.Tree = check.Tree;
        FriendTable.Save(writer, row, nowSeconds);
        if (_pieces is [] or [{ Tags.From: 0 }, ..])
            PieceTable.Clear(writer, row.No);
        foreach (var (tags, bytes) in _pieces.Where(piece => piece.Tags.From != 0))
            PieceTable.Add(writer, row.No, tags.From, tags.To, bytes);
        var pseudonym = head.Head.Pseudonym;
        var offers = table.Find(pseudonym)?.Offers ?? [];
        _known = new(pseudonym, head, row.No, sponsor, row.Encoded, offers);
        CircleTable.Write(writer, _known);
    }

    // Its own row, if nobody shares it and it is where the deltas begin or all comes anew.
    private FriendRow? OwnRow(KnownCircle? from)
    {
        var known = table.Find(head.Head.Pseudonym);
        var isOwn =
            known is { Catalog: > 0 }
            && table.OwnersOf(known.Catalog).Count == 1
            && (from is null || from.Catalog == known.Catalog);
        return isOwn ? FriendTable.Find(database.Writer, known!.Catalog) : null;
    }

    private FriendRow NewRow(SqliteConnection writer)
    {
        var key = SourceId.Of(head.Head.Pseudonym);
        // What it once brought is another's now, or on its way out: any other name does.
        for (var other = head.Id; FriendTable.IsTaken(writer, key); other = Next(other))
            key = SourceId.Of(new PseudonymId(other));
        return FriendTable.Create(writer, key, nowSeconds);
    }

    private static Crypto.Merkle.Hash256 Next(Crypto.Merkle.Hash256 id) =>
        new(System.Security.Cryptography.SHA256.HashData(id.ToArray()));

    private static IEnumerable<DeltaStep?> Upserts(ChangeCheck check) =>
        check.Upserts.Select(entry => (DeltaStep?)DeltaStep.Upsert(entry));

    private static IEnumerable<DeltaStep?> All(HeldRows rows) =>
        Enumerable
            .Range(0, byte.MaxValue + 1)
            .SelectMany(leaf => rows.Entries(leaf).ToList())
            .Select(entry => (DeltaStep?)DeltaStep.Upsert(entry));
}
