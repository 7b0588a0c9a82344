using System.Collections.Concurrent;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>How bringing a circle catalog up to date ended.</summary>
/// <param name="Encoded">If held: its bytes in the store.</param>
/// <param name="Delta">If held by one delta from another root: that one.</param>
/// <param name="Left">If it is here in part: the groups that are not.</param>
public readonly record struct CircleOutcome(
    CircleEnd End,
    long Encoded = 0,
    ReadOnlyMemory<byte> Delta = default,
    uint Left = 0
)
{
    /// <summary>What the engine is told; a large delta is not told on.</summary>
    internal Input.CircleFetched Report(AskId ask, int want) =>
        new(
            ask,
            want,
            End,
            Encoded,
            Delta.Length <= Limits.HeadDeltaBytesMax ? Delta : default,
            Left
        );
}

/// <summary>
/// Circle catalogs in catalog.db: what the engine wants kept, brought up to date, dropped, and
/// what others are answered. Content is written in the turns of the friend that brought it.
/// </summary>
public sealed class CircleStore(CatalogStore store, Func<DateTimeOffset> clock)
{
    /// <summary>Whose turn it is to write what is no friend's content.</summary>
    private static FriendId Nobody => default;

    private readonly CircleTable _table = store.Circles;
    private readonly ConcurrentQueue<Action> _later = [];
    private int _isLaterDue;

    public CircleTable Table => _table;

    internal Storage.Database Database => store.Database;

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
    /// Runs this among the writes, in order: before any catalog whose turn comes later.
    /// </summary>
    public void Later(Action write)
    {
        _later.Enqueue(write);
        if (Interlocked.Exchange(ref _isLaterDue, 1) == 0)
            _ = store.Turns.Run(Nobody, Laters());
    }

    /// <summary>What was to be run later and was not yet.</summary>
    public void Flush() =>
        store.Writing(() =>
        {
            while (TryLater())
                continue;
        });

    /// <summary>
    /// Brings a pseudonym's content to its head by the deltas that come first in
    /// <paramref name="feed"/>: all of them and they hash to the head, or nothing is kept. For
    /// <see cref="RunAsync"/>: gives nothing after each piece of work, and at last how it ended.
    /// </summary>
    /// <param name="have">Whose content the deltas lead from; null: they lead from nothing.
    /// </param>
    public IEnumerable<CircleOutcome?> Apply(
        FriendId sponsor,
        SignedHead head,
        PseudonymId? have,
        DeltaFeed feed
    )
    {
        foreach (var _ in Laters())
            yield return null;
        var before = _table.Find(head.Head.Pseudonym);
        var now = clock().ToUnixTimeSeconds();
        var apply = new CircleApply(store.Database, _table, sponsor, head, have, now);
        try
        {
            foreach (var outcome in apply.Run(feed))
                yield return outcome;
        }
        finally
        {
            if (apply.Unfinished is { } row)
                Remove(sponsor, row.No);
            if (before is not null && _table.Find(before.Id)?.Catalog != before.Catalog)
                Leave(before);
        }
    }

    /// <summary>Does pieces of work in this friend's turns; gives the last one's.</summary>
    /// <exception cref="OperationCanceledException">The store was closed before.</exception>
    public Task<T> RunAsync<T>(FriendId friend, IEnumerable<T> pieces) =>
        store.Turns.Run(friend, pieces);

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
        var before = _table.Find(known.Id);
        store.Write(writer => CircleTable.Write(writer, known), () => _table.Put(known));
        if (before is not null)
            Leave(before);
        return true;
    }

    /// <summary>Its content goes, unless another pseudonym has the same.</summary>
    public void Drop(PseudonymId pseudonym)
    {
        if (_table.Find(pseudonym) is not { Held: not null } known)
            return;
        store.Write(
            writer => CircleTable.Delete(writer, pseudonym),
            () => _table.Put(known with { Held = null, Catalog = 0, Encoded = 0 })
        );
        Leave(known);
    }

    private KnownCircle Known(SignedHead head, long catalog, FriendId sponsor, long encoded)
    {
        var offers = _table.Find(head.Head.Pseudonym)?.Offers ?? [];
        return new(head.Head.Pseudonym, head, catalog, sponsor, encoded, offers);
    }

    // What was one's content goes, piece by piece, unless somebody has it still.
    private void Leave(KnownCircle before)
    {
        if (before.Catalog != 0 && _table.OwnersOf(before.Catalog).Count == 0)
            Remove(before.Sponsor, before.Catalog);
    }

    private void Remove(FriendId turn, long catalog) =>
        _ = store.Turns.Run(turn, store.RemovalOf(catalog));

    private IEnumerable<bool> Laters()
    {
        Volatile.Write(ref _isLaterDue, 0);
        while (TryLater())
            yield return true;
    }

    private bool TryLater()
    {
        if (!_later.TryDequeue(out var write))
            return false;
        write();
        return true;
    }
}
