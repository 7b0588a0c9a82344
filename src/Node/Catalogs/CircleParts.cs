using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Large circle catalogs on their way in parts, from any number of friends: what is right waits
/// in a spool until all is there, and is then applied as one delta. A few at once; one that
/// nobody is asked for now is kept for when it goes on, as long as there is a place. Its
/// enumerations are for <see cref="CircleStore.RunAsync"/>, where one thing happens at a time.
/// </summary>
public sealed class CircleParts(CircleStore store, string spoolFolder) : IDisposable
{
    // Those that are asked for have one each; so as many again may wait.
    private const int ComingMax = 2 * Limits.CircleAsksMax;

    private readonly Lock _gate = new();

    // The one used last is last.
    private readonly List<ComingCatalog> _coming = [];

    /// <summary>
    /// Gives nothing after each piece, and at last the request for these groups, which
    /// <see cref="Leave"/> ends.
    /// </summary>
    /// <param name="have">Whose content most of it may be; null: nobody's.</param>
    public IEnumerable<PartsAsked?> Ask(SignedHead head, PseudonymId? have, uint groups)
    {
        var coming = Enter(head);
        if (coming is null)
        {
            var row =
                have is { } one && store.Table.Find(one) is { Catalog: > 0 } known
                    ? FriendTable.Find(store.Database.Writer, known.Catalog)
                    : null;
            var tree = new CatalogTree();
            // What is really there: a loss of ours is repaired so.
            for (var leaf = 0; row is not null && leaf <= byte.MaxValue; leaf++)
            {
                using (var rows = Rows(row))
                    tree.Set(leaf, Items(rows, new KeyPrefix(leaf, 2)));
                yield return null;
            }

            coming = Enter(head, row, have, tree);
        }

        yield return new PartsAsked(coming, coming.Gathering.Ask(groups));
    }

    /// <summary>
    /// Takes an answer for these groups. Gives nothing after each piece, and at last how it ended.
    /// </summary>
    public IEnumerable<CircleOutcome?> Take(
        ComingCatalog coming,
        FriendId sponsor,
        uint groups,
        CircleAnswer answer,
        DeltaFeed feed
    )
    {
        // What we hold moved on while it was under way: no lie of the friend.
        if (coming.IsOver || store.TagOf(coming.Have) != coming.HaveTag)
        {
            Forget(coming);
            yield return new(CircleEnd.CutOff);
            yield break;
        }

        var (come, isSound) = (CheckOutcome.Wrong, false);
        try
        {
            foreach (var outcome in coming.Gathering.Read(groups, answer, feed.Read))
            {
                come = outcome ?? come;
                yield return null;
            }

            isSound = true;
        }
        finally
        {
            // Half written, maybe: what is in the spool is not to be gone on with.
            if (!isSound)
                Forget(coming);
        }

        if (come != CheckOutcome.Right)
        {
            if (come == CheckOutcome.TooLarge)
                Forget(coming);
            yield return new(CircleApply.EndOf(come));
            yield break;
        }

        if (coming.Gathering.Left is not 0 and var left)
        {
            yield return new(CircleEnd.InPart, Left: left);
            yield break;
        }

        foreach (var outcome in Apply(coming, sponsor))
            yield return outcome;
    }

    /// <summary>The question is over.</summary>
    public void Leave(ComingCatalog coming)
    {
        lock (_gate)
            Release(coming);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_coming.Count > 0)
                Remove(_coming[0]);
        }
    }

    // All of it is what the head says, so should it not lead there, what we hold is not what we
    // took it for.
    private IEnumerable<CircleOutcome?> Apply(ComingCatalog coming, FriendId sponsor)
    {
        Forget(coming);
        coming.Gathering.Finish();
        var feed = new DeltaFeed(coming.Spool.Read(), Limits.DeltasKeptBytes);
        PseudonymId? have = coming.HaveTag == 0 ? null : coming.Have;
        foreach (var outcome in store.Apply(sponsor, coming.Head, have, feed))
        {
            yield return outcome is { End: CircleEnd.Lied or CircleEnd.CutOff }
                ? new(CircleEnd.OurFault)
                : outcome;
        }
    }

    private ComingCatalog? Enter(SignedHead head)
    {
        lock (_gate)
        {
            if (_coming.Find(one => one.Head.Equals(head)) is not { } coming)
                return null;
            _coming.Remove(coming);
            _coming.Add(coming);
            coming.Uses++;
            return coming;
        }
    }

    private ComingCatalog Enter(
        SignedHead head,
        FriendRow? row,
        PseudonymId? have,
        CatalogTree tree
    )
    {
        // Another question may have opened it meanwhile.
        if (Enter(head) is { } begun)
            return begun;
        using (var rows = Rows(row))
            tree.Join(prefix => Items(rows, prefix));
        var isWhole = row is { IsPartial: false } && tree.Root == row.Root;
        var spool = new Spool(spoolFolder);
        var from = isWhole ? tree.Root : default;
        var gathering = new Gathering(head.Head.Content, tree, from, Leaf, spool);
        var tag = have is { } one ? store.TagOf(one) : 0;
        var coming = new ComingCatalog(head, have ?? default, tag, gathering, spool) { Uses = 2 };
        lock (_gate)
        {
            // What is newer takes its publisher's place, else that of the oldest.
            var pseudonym = head.Head.Pseudonym;
            while (Idle(one => one.Head.Head.Pseudonym == pseudonym) is { } older)
                Remove(older);
            while (_coming.Count >= ComingMax && Idle(_ => true) is { } oldest)
                Remove(oldest);
            _coming.Add(coming);
        }

        return coming;

        List<CatalogEntry> Leaf(int leaf)
        {
            using var rows = Rows(row);
            return [.. rows.Entries(leaf)];
        }
    }

    private ComingCatalog? Idle(Predicate<ComingCatalog> match) =>
        _coming.Find(one => one.Uses == 1 && match(one));

    // Nobody finds it any more; those who use it go on until they leave.
    private void Forget(ComingCatalog coming)
    {
        lock (_gate)
        {
            if (_coming.Contains(coming))
                Remove(coming);
        }
    }

    private void Remove(ComingCatalog coming)
    {
        _coming.Remove(coming);
        coming.IsOver = true;
        Release(coming);
    }

    private static void Release(ComingCatalog coming)
    {
        if (--coming.Uses > 0)
            return;
        coming.Gathering.Dispose();
        coming.Spool.Dispose();
    }

    private HeldRows Rows(FriendRow? row) => new(store.Database.Writer, row, store.Table);

    private static List<TreeItem> Items(HeldRows rows, KeyPrefix prefix) =>
        [
            .. Enumerable
                .Range(prefix.First, prefix.Last - prefix.First + 1)
                .SelectMany(rows.Entries)
                .Select(entry => entry.Item())
                .OrderBy(item => item.Key),
        ];
}

/// <summary>One catalog on its way in parts.</summary>
/// <param name="Have">Whose content it begins with; sensible if there is a tag.</param>
/// <param name="HaveTag">Its root when it began; 0: nothing.</param>
public sealed record ComingCatalog(
    SignedHead Head,
    PseudonymId Have,
    ulong HaveTag,
    Gathering Gathering,
    Spool Spool
)
{
    /// <summary>By the list, and by each question; without any it is disposed.</summary>
    internal int Uses { get; set; }

    /// <summary>Nobody is to go on with it.</summary>
    internal bool IsOver { get; set; }
}

/// <summary>A catalog on its way, and what to ask a friend of it.</summary>
public sealed record PartsAsked(ComingCatalog Coming, CircleRequest Request);
