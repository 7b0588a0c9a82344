using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>How bringing a circle catalog up to date ended.</summary>
/// <param name="Encoded">If held: its bytes in the store.</param>
/// <param name="Delta">If held by one delta from another root: that one.</param>
public readonly record struct CircleOutcome(
    CircleEnd End,
    long Encoded = 0,
    ReadOnlyMemory<byte> Delta = default
);

/// <summary>
/// Circle catalogs in catalog.db: what the engine wants kept, brought up to date, dropped, and
/// what others are answered. Writes wait for each other.
/// </summary>
public sealed class CircleStore(CatalogStore store, Func<DateTimeOffset> clock)
{
    private readonly CircleTable _table = store.Circles;

    public CircleTable Table => _table;

    /// <summary>The tag of the root at which a pseudonym's content is held; 0: it is not.
    /// </summary>
    public ulong TagOf(PseudonymId pseudonym) =>
        _table.Find(pseudonym)?.Held?.Head.Content.Root.Tag ?? 0;

    public void KeepOffers(FriendId friend, IReadOnlyList<OfferChange> changes) =>
        store.Write(
            writer =>
            {
                foreach (var (pseudonym, head, hops) in changes)
                    CircleTable.WriteOffer(writer, friend, pseudonym, head, hops);
            },
            () =>
            {
                foreach (var (pseudonym, head, hops) in changes)
                    _table.PutOffer(pseudonym, friend, head, hops);
            }
        );

    /// <summary>The friend is none any more: its word counts no longer.</summary>
    public void Forget(FriendId friend) =>
        KeepOffers(
            friend,
            [
                .. _table
                    .Known.Where(known => known.Offers.Any(offer => offer.Friend == friend))
                    .Select(known => new OfferChange(known.Id, null, 0)),
            ]
        );

    /// <summary>
    /// Brings a pseudonym's content to its head by the deltas that come first in
    /// <paramref name="feed"/>: all of them and they hash to the head, or nothing is kept.
    /// </summary>
    /// <param name="have">Whose content the deltas lead from; null: they lead from nothing.
    /// </param>
    public CircleOutcome Apply(FriendId sponsor, SignedHead head, PseudonymId? have, DeltaFeed feed)
    {
        var outcome = new CircleOutcome(CircleEnd.OurFault);
        KnownCircle? known = null;
        var now = clock().ToUnixTimeSeconds();
        try
        {
            store.Write(
                writer =>
                {
                    var from =
                        have is { } one && _table.Find(one) is { Catalog: > 0 } it ? it : null;
                    using var apply = new CircleApply(writer, _table, head, from, now);
                    var end = apply.Read(feed);
                    outcome = new(end);
                    if (end != CircleEnd.Held)
                        throw new OperationCanceledException();
                    outcome = new(end, apply.Row.Encoded, apply.Delta);
                    known = Known(head, apply.Row.No, sponsor, apply.Row.Encoded);
                    Commit(writer, known);
                },
                () => _table.Put(known!)
            );
        }
        catch (OperationCanceledException)
        {
            // Rolled back: nothing of it is kept.
        }
        catch (IOException)
        {
            // The spool's disk, or where it came from.
            outcome = new(CircleEnd.OurFault);
        }
        catch (SqliteException)
        {
            outcome = new(CircleEnd.OurFault);
        }

        return outcome;
    }

    /// <summary>
    /// The pseudonym is at this head, its content being its own one or another's. False: that is
    /// not held.
    /// </summary>
    public bool KeepHead(SignedHead head, PseudonymId? sameAs, FriendId sponsor)
    {
        var from = _table.Find(sameAs ?? head.Head.Pseudonym);
        if (from?.Held?.Head.Content != head.Head.Content)
            return false;
        var known = Known(head, from.Catalog, sponsor, from.Encoded);
        store.Write(writer => Commit(writer, known), () => _table.Put(known));
        return true;
    }

    /// <summary>Its content goes, unless another pseudonym has the same.</summary>
    public void Drop(PseudonymId pseudonym)
    {
        if (_table.Find(pseudonym) is not { Held: not null } known)
            return;
        store.Write(
            writer =>
            {
                CircleTable.Delete(writer, pseudonym);
                Leave(writer, known);
            },
            () => _table.Put(known with { Held = null, Catalog = 0, Encoded = 0 })
        );
    }

    /// <summary>
    /// Writes the way from a root (its tag; 0: nothing) to this content, the shortest that is
    /// known. False: that content is not held.
    /// </summary>
    public bool TryWrite(SignedHead head, ulong have, IBufferWriter<byte> output)
    {
        var content = head.Head.Content;
        var known = _table.Find(head.Head.Pseudonym);
        if (known?.Held?.Head.Content != content)
            known = _table.Known.FirstOrDefault(one => one.Held?.Head.Content == content);
        if (known is not { Catalog: > 0 })
            return false;
        using var moment = store.Moment();
        if (FriendTable.Find(moment.Connection, known.Catalog) is not { } row)
            return false;
        if (row.Tree.Root != content.Root)
            return false;
        var chain =
            have == 0
                ? null
                : PieceTable.Chain(moment.Connection, known.Catalog, have, content.Root.Tag);
        if (chain is not null && chain.Sum(piece => (long)piece.Length) < row.Encoded)
        {
            chain.ForEach(piece => output.Write(piece));
            return true;
        }

        using var reader = new CatalogReader(moment.Connection, _table);
        var entries = reader.All(known.Catalog).OrderBy(entry => entry.Path);
        using var delta = new DeltaWriter(output, new(default, content), DeltaForm.Tags);
        foreach (var entry in entries)
            delta.Add(DeltaStep.Upsert(entry));
        delta.Finish();
        return true;
    }

    private KnownCircle Known(SignedHead head, long catalog, FriendId sponsor, long encoded)
    {
        var offers = _table.Find(head.Head.Pseudonym)?.Offers ?? [];
        return new(head.Head.Pseudonym, head, catalog, sponsor, encoded, offers);
    }

    // The row goes into the table's memory only after the commit, so it still has the old one.
    private void Commit(SqliteConnection writer, KnownCircle known)
    {
        CircleTable.Write(writer, known);
        if (_table.Find(known.Id) is { } before && before.Catalog != known.Catalog)
            Leave(writer, before);
    }

    private void Leave(SqliteConnection writer, KnownCircle known)
    {
        if (known.Catalog == 0 || _table.OwnersOf(known.Catalog).Count > 1)
            return;
        if (FriendTable.Find(writer, known.Catalog) is not { } row)
            return;
        using (var edit = new CatalogEdit(writer, row))
        {
            edit.RemoveAll();
            edit.Finish();
        }

        PieceTable.Clear(writer, row.No);
        FriendTable.Delete(writer, row);
    }
}
