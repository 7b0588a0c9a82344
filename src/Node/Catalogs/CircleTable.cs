using System.Collections.Concurrent;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>A friend tells this head, the publisher being so many links from us.</summary>
public sealed record CircleOffer(FriendId Friend, SignedHead Head, int Hops);

/// <summary>What is known of one pseudonym. Immutable.</summary>
/// <param name="Held">At which head its content is held, complete; null: not.</param>
/// <param name="Catalog">The row that has it; 0: none.</param>
/// <param name="Sponsor">Who brought it, and is charged for it.</param>
/// <param name="Encoded">Bytes that are charged.</param>
public sealed record KnownCircle(
    PseudonymId Id,
    SignedHead? Held,
    long Catalog,
    FriendId Sponsor,
    long Encoded,
    IReadOnlyList<CircleOffer> Offers
);

/// <summary>One way to a content.</summary>
/// <param name="Owner">The friend itself, also where its pseudonym brought the entry.</param>
/// <param name="Hops">Links to the owner; 1: it is the friend.</param>
public readonly record struct HitSource(SourceId Owner, FriendId Via, int Hops);

/// <summary>
/// The rows of pseudonyms and of who offers them, and a copy in memory. Getters are for any
/// thread and never wait; what writes is for the store's writer.
/// </summary>
public sealed class CircleTable
{
    private readonly ConcurrentDictionary<PseudonymId, KnownCircle> _known = [];
    private readonly ConcurrentDictionary<long, PseudonymId[]> _owners = [];

    internal CircleTable(SqliteConnection connection)
    {
        using var held = new Statement(
            connection,
            "SELECT head, catalog, sponsor, encoded FROM pseudonym"
        );
        while (held.Step())
        {
            if (Head(held, 0) is not { } head)
                continue;
            _ = FriendId.TryParse(held.Text(2), out var sponsor);
            var id = head.Head.Pseudonym;
            Put(new(id, head, held.Long(1), sponsor, held.Long(3), []));
        }

        using var offers = new Statement(connection, "SELECT friend, hops, head FROM offer");
        while (offers.Step())
        {
            if (Head(offers, 2) is { } head && FriendId.TryParse(offers.Text(0), out var friend))
                PutOffer(head.Head.Pseudonym, friend, head, (int)offers.Long(1));
        }
    }

    /// <summary>All pseudonyms held or offered.</summary>
    public IEnumerable<KnownCircle> Known => _known.Values;

    public KnownCircle? Find(PseudonymId pseudonym) => _known.GetValueOrDefault(pseudonym);

    /// <summary>Links to it over that friend; null: it does not tell of it (any more).</summary>
    public int? HopsOver(PseudonymId pseudonym, FriendId? friend) =>
        Find(pseudonym)?.Offers.FirstOrDefault(offer => offer.Friend == friend)?.Hops;

    /// <summary>Whose content this row has; none: it is no circle catalog.</summary>
    public IReadOnlyList<PseudonymId> OwnersOf(long catalog) =>
        _owners.GetValueOrDefault(catalog) ?? [];

    /// <summary>
    /// Every way to the content of a row, nearest first. A friend's own pseudonym is that friend,
    /// who is asked directly.
    /// </summary>
    public IReadOnlyList<HitSource> Ways(long catalog)
    {
        var ways = new List<HitSource>();
        foreach (var owner in OwnersOf(catalog))
        {
            var offers = Find(owner)?.Offers.Where(offer => !offer.Head.IsWithdrawal) ?? [];
            if (offers.FirstOrDefault(offer => offer.Hops == 1) is { } direct)
                ways.Add(new(SourceId.Of(direct.Friend), direct.Friend, 1));
            else
                ways.AddRange(
                    offers.Select(o => new HitSource(SourceId.Of(owner), o.Friend, o.Hops))
                );
        }

        return [.. ways.Distinct().OrderBy(way => way.Hops)];
    }

    /// <summary>
    /// What friends show their circles, by heads alone. Of two while one takes the other's place,
    /// the newer.
    /// </summary>
    public IReadOnlyDictionary<FriendId, CircleHead> OfFriends()
    {
        var newest = new Dictionary<FriendId, CircleHead>();
        foreach (var offer in Known.SelectMany(known => known.Offers))
        {
            if (offer.Hops > 1 || offer.Head.IsWithdrawal)
                continue;
            var before = newest.GetValueOrDefault(offer.Friend);
            if (before is null || before.Version < offer.Head.Head.Version)
                newest[offer.Friend] = offer.Head.Head;
        }

        return newest;
    }

    internal static void WriteOffer(
        SqliteConnection writer,
        FriendId friend,
        PseudonymId pseudonym,
        SignedHead? head,
        int hops
    )
    {
        using var change = new Statement(
            writer,
            head is null
                ? "DELETE FROM offer WHERE friend=? AND pseudonym=?"
                : "INSERT OR REPLACE INTO offer(friend, pseudonym, hops, head) VALUES(?, ?, ?, ?)"
        );
        change.Bind(0, friend.ToString()).Bind(1, pseudonym.Key);
        if (head is not null)
            change.Bind(2, hops).Bind(3, head.Encoded.ToArray());
        change.Run();
    }

    internal static void Write(SqliteConnection writer, KnownCircle known)
    {
        using var put = new Statement(
            writer,
            """
            INSERT OR REPLACE INTO pseudonym(id, head, catalog, sponsor, encoded)
            VALUES(?, ?, ?, ?, ?)
            """
        );
        put.Bind(0, known.Id.Key).Bind(1, known.Held!.Encoded.ToArray()).Bind(2, known.Catalog);
        put.Bind(3, known.Sponsor.ToString()).Bind(4, known.Encoded).Run();
    }

    internal static void Delete(SqliteConnection writer, PseudonymId pseudonym)
    {
        using var delete = new Statement(writer, "DELETE FROM pseudonym WHERE id=?");
        delete.Bind(0, pseudonym.Key).Run();
    }

    /// <summary>After the commit.</summary>
    internal void PutOffer(PseudonymId pseudonym, FriendId friend, SignedHead? head, int hops)
    {
        var known = Find(pseudonym) ?? new(pseudonym, null, 0, default, 0, []);
        var others = known.Offers.Where(offer => offer.Friend != friend);
        Put(
            known with
            {
                Offers = [.. head is null ? others : others.Append(new(friend, head, hops))],
            }
        );
    }

    /// <summary>After the commit.</summary>
    internal void Put(KnownCircle known)
    {
        var before = Find(known.Id);
        if (known.Held is null && known.Offers.Count == 0)
            _known.TryRemove(known.Id, out _);
        else
            _known[known.Id] = known;
        if (before is not null && before.Catalog != known.Catalog)
        {
            PseudonymId[] left = [.. OwnersOf(before.Catalog).Where(id => id != known.Id)];
            if (left.Length > 0)
                _owners[before.Catalog] = left;
            else
                _owners.TryRemove(before.Catalog, out _);
        }

        if (known.Catalog != 0 && !OwnersOf(known.Catalog).Contains(known.Id))
            _owners[known.Catalog] = [.. OwnersOf(known.Catalog), known.Id];
    }

    // Our own file: a head that does not read counts as none.
    private static SignedHead? Head(Statement row, int column) =>
        SignedHead.TryRead(row.Blob(column).ToArray());
}
