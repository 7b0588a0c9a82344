using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Applies a delta of a friend: checks it against what is held, in memory, then writes what is
/// right. Nothing of a lie is written.
/// </summary>
internal sealed class VerifiedApply(
    Database database,
    CircleTable circles,
    FriendId friend,
    Func<bool> isFriend,
    Func<long> nowSeconds
)
{
    /// <summary>Gives nothing after each piece, and at last how it ended.</summary>
    internal IEnumerable<ApplyOutcome> Run(Stream delta)
    {
        // One removed while this waited: Remove has come, or comes after.
        if (!isFriend())
        {
            yield return Stranger();
            yield break;
        }

        var row = FriendTable.Find(database.Writer, friend);
        using var held = new HeldRows(database.Writer, row, circles);
        var check = new ChangeCheck(held, head: null);
        var (feed, checkedOutcome) = (new DeltaFeed(delta, rememberedMax: 0), CheckOutcome.Wrong);
        foreach (var outcome in check.Run(feed.Read, DeltaForm.Roots, deltasMax: 1))
        {
            yield return default;
            checkedOutcome = outcome ?? checkedOutcome;
        }

        if (Refused(row, check, feed, checkedOutcome) is { } refused)
        {
            yield return refused;
            yield break;
        }

        foreach (var outcome in Write(row, check))
            yield return outcome;
    }

    /// <summary>Everything of a catalog goes, and its row.</summary>
    internal static IEnumerable<bool> Remove(Database database, CircleTable circles, FriendRow row)
    {
        using var held = new HeldRows(database.Writer, row, circles);
        var steps = Others(held, null);
        foreach (
            var isDone in ChunkedEdit.Run(database, row, steps, w => FriendTable.Delete(w, row))
        )
            yield return isDone;
    }

    private ApplyOutcome? Refused(
        FriendRow? row,
        ChangeCheck check,
        DeltaFeed feed,
        CheckOutcome outcome
    )
    {
        switch (outcome)
        {
            case CheckOutcome.Right when feed.IsOver:
                return HasTooManyFolders(check) ? TooLarge() : null;
            case CheckOutcome.CutOff:
                return ApplyOutcome.Failed("The catalog was cut off.");
            case CheckOutcome.TooLarge:
                return check.Head.Entries > Limits.CatalogEntriesMax
                    ? TooMany(check.Head)
                    : TooLarge();
            default:
                var why = "What the friend sent is no catalog, or not the one that it announced.";
                return ApplyOutcome.Failed(why, lasting: !IsDoubtful(row));
        }
    }

    // Changes that do not fit may be our fault or theirs: everything is asked for once instead.
    private bool IsDoubtful(FriendRow? row)
    {
        if (row is null or { Whole: true } or { IsPartial: true } || row.Root.IsZero)
            return false;
        database.Transact(writer => FriendTable.Set(writer, friend, "whole", 1));
        return true;
    }

    private IEnumerable<ApplyOutcome> Write(FriendRow? row, ChangeCheck check)
    {
        var key = SourceId.Of(friend);
        if (row is null)
            database.Transact(writer => row = FriendTable.Create(writer, key, nowSeconds()));
        using var rows = new HeldRows(database.Writer, row, circles);
        var steps = check.Upserts.Select(entry => (DeltaStep?)DeltaStep.Upsert(entry));
        steps = steps.Concat(
            check.IsFromNothing
                ? Others(rows, check)
                : check.Removed.Select(path => (DeltaStep?)DeltaStep.Remove(path))
        );
        foreach (var isDone in ChunkedEdit.Run(database, row!, steps, w => Save(w, row!, check)))
        {
            if (!isDone && !isFriend())
            {
                yield return Stranger();
                yield break;
            }

            yield return isDone ? new ApplyOutcome(check.Head) : default;
        }

        // What changes add to what is held is counted only now: one that grows so loses all.
        if (!row!.IsOverLimit)
            yield break;
        foreach (var _ in Remove(database, circles, row))
            yield return TooLarge();
    }

    private void Save(SqliteConnection writer, FriendRow row, ChangeCheck check)
    {
        row.Tree = check.Tree;
        FriendTable.Save(writer, row, nowSeconds());
    }

    // Removes what is held and not among what comes, leaf by leaf.
    internal static IEnumerable<DeltaStep?> Others(HeldRows held, ChangeCheck? check)
    {
        for (var leaf = 0; leaf <= byte.MaxValue; leaf++)
        {
            foreach (var entry in held.Entries(leaf).ToList())
            {
                if (check is null || !check.Has(CatalogEntry.KeyOf(entry.Path.Utf8)))
                    yield return DeltaStep.Remove(entry.Path);
            }

            yield return null;
        }
    }

    // Of a whole catalog all folders are new; each stands together with what is in it.
    internal static bool HasTooManyFolders(ChangeCheck check)
    {
        if (!check.IsFromNothing)
            return false;
        var (size, before) = (default(CatalogSize), default(CatalogPath));
        foreach (var entry in check.Upserts)
        {
            size = size.With(CatalogSize.Of(entry, before));
            before = entry.Path;
        }

        return !size.FitsIn(CatalogSize.Most);
    }

    private static ApplyOutcome Stranger() =>
        ApplyOutcome.Failed("That is no friend any more.", lasting: true);

    private static ApplyOutcome TooMany(CatalogHead head) =>
        ApplyOutcome.Failed(
            $"The catalog has {head.Entries:N0} entries; this node takes "
                + $"{Limits.CatalogEntriesMax:N0} of a friend.",
            lasting: true
        );

    private static ApplyOutcome TooLarge() =>
        ApplyOutcome.Failed(
            $"The catalog is larger than {Limits.CatalogBytesMax / (1 << 20)} MiB or has more "
                + $"than {Limits.CatalogFoldersMax:N0} folders, or too long paths of folders; this "
                + "node takes no more.",
            lasting: true
        );
}
