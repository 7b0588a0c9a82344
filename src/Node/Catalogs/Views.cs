using System.Diagnostics;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// What each friend sees of the own shares, its head, and the way there from what it has. Follows
/// the index on a thread of its own; every member may be called by any thread.
/// </summary>
public sealed partial class Views : IDisposable
{
    /// <summary>
    /// The viewer that is the circle: friends of friends. No key hashes to this id.
    /// </summary>
    public static readonly FriendId Circle;

    /// <summary>A burst of changes makes one head; longer where hashing it takes longer.</summary>
    private static readonly TimeSpan Fold = TimeSpan.FromMilliseconds(200);

    /// <summary>A disk that refused is asked again so much later.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly ShareIndex _index;
    private readonly Told _told;
    private readonly string _spoolFolder;
    private readonly Action<FriendId, CatalogHead> _changed;
    private readonly Action<string> _said;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, View> _views = [];
    private readonly Dictionary<FriendId, View> _byFriend = [];
    private readonly HashSet<FriendId> _untold = [];
    private readonly Fitting _fitting;
    private readonly AutoResetEvent _wake = new(true);
    private readonly ManualResetEvent _stop = new(false);
    private readonly Thread _thread;
    private List<VisibleShare> _leftOut = [];

    private Views(
        ShareIndex index,
        Database told,
        string spoolFolder,
        Action<FriendId, CatalogHead> changed,
        Action<string> said,
        CatalogSize most
    )
    {
        _fitting = new Fitting(most);
        (_index, _told, _spoolFolder) = (index, new Told(told), spoolFolder);
        (_changed, _said) = (changed, said);
        _index.Changed += OnChanged;
        _thread = new Thread(Run) { Name = "views", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Opens views.db, which is begun anew if it is damaged: friends then fetch everything once.
    /// Null if it cannot be opened, and the reason is said.
    /// </summary>
    /// <param name="spoolFolder">For answers under way.</param>
    /// <param name="changed">Told each new head of a friend's view, outside of any lock.</param>
    /// <param name="said">Told what fails or does not fit, for people.</param>
    /// <param name="most">What a view may hold; null: what friends take.</param>
    public static Views? Open(
        string path,
        ShareIndex index,
        string spoolFolder,
        Func<DateTimeOffset> clock,
        Action<FriendId, CatalogHead> changed,
        Action<string> said,
        CatalogSize? most = null
    ) =>
        OwnDatabase.Open(path, Told.Schema, clock(), "friends fetch our lists anew.", said)
            is { } told
            ? new Views(index, told, spoolFolder, changed, said, most ?? CatalogSize.Most)
            : null;

    /// <summary>
    /// Which shares a friend may see, from now on; none is a view too. If it cannot be written, the
    /// friend has no view until it is shown one again.
    /// </summary>
    /// <returns>Whether it does not see all that it saw.</returns>
    public bool Show(FriendId friend, IEnumerable<VisibleShare> visible)
    {
        var shares = new ViewShares(visible);
        bool isLess;
        lock (_gate)
        {
            isLess =
                _byFriend.TryGetValue(friend, out var before)
                && before.Wanted.ById.Any(share => !shares.Has(share));
            // First: whatever fails below, it does not go on seeing what it saw.
            Leave(friend);
            using var index = _index.Snapshot();
            _told.Show(friend, shares, index.Seq);
            if (!_views.TryGetValue(shares.Key, out var view))
                _views.Add(shares.Key, view = new View(shares));
            view.Friends.Add(friend);
            _byFriend[friend] = view;
            // It learns its head even if that is an old one to others.
            _untold.Add(friend);
        }

        _wake.Set();
        return isLess;
    }

    /// <summary>The friend is none any more.</summary>
    public void Remove(FriendId friend)
    {
        lock (_gate)
        {
            Leave(friend);
            _told.Forget(friend);
        }
    }

    /// <summary>The head of what a friend sees as of the last update; null: no such friend.
    /// </summary>
    public CatalogHead? Head(FriendId friend)
    {
        lock (_gate)
            return _byFriend.TryGetValue(friend, out var view) && view.Seq >= 0 ? view.Head : null;
    }

    /// <summary>
    /// The delta from a root to what the friend sees now; everything if that root is not known.
    /// Null: no such friend. For a worker's thread. The caller disposes it.
    /// </summary>
    public Spool? Delta(FriendId friend, Hash256 have) =>
        Delta(friend, have, DeltaForm.Roots, out _);

    /// <summary>The same in either form, saying from where to where it leads.</summary>
    public Spool? Delta(FriendId friend, Hash256 have, DeltaForm form, out DeltaHeader header)
    {
        header = default;
        DeltaPlan plan;
        using var index = _index.Snapshot();
        lock (_gate)
        {
            if (!_byFriend.TryGetValue(friend, out var view))
                return null;
            // Another thread may have gone further; then this moment is past, but whole.
            var now = view.Seq <= index.Seq ? view : new View(view.Wanted);
            Follow(now, index);
            plan = DeltaPlan.For(now, have, _told.Find(friend, have), _told.Shown(friend), index);
        }

        header = plan.Header;
        // If that was news to others too, they are told.
        _wake.Set();
        var spool = new Spool(_spoolFolder);
        try
        {
            plan.Write(index, spool, form);
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _index.Changed -= OnChanged;
        _stop.Set();
        _thread.Join();
        _told.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private void OnChanged(object? sender, EventArgs e) => _wake.Set();

    private void Run()
    {
        WaitHandle[] either = [_stop, _wake];
        var wait = Timeout.InfiniteTimeSpan;
        while (WaitHandle.WaitAny(either, wait) != 0)
        {
            wait = Timeout.InfiniteTimeSpan;
            var started = Stopwatch.GetTimestamp();
            try
            {
                UpdateAll();
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                // An index that is made anew is found closed, once.
                wait = Retry;
                _said($"What friends see could not be brought up to date: {e.Message}");
            }

            // At most a fifth of one core while files are being hashed.
            var pause = 4 * Stopwatch.GetElapsedTime(started);
            if (_stop.WaitOne(pause > Fold ? pause : Fold))
                return;
        }
    }

    private void UpdateAll()
    {
        View[] views;
        lock (_gate)
            views = [.. _views.Values];
        foreach (var view in views)
        {
            FriendId[] friends;
            CatalogHead head;
            lock (_gate)
            {
                using (var index = _index.Snapshot())
                    Follow(view, index);
                // From here on nothing fails, so that none of them is forgotten untold.
                head = view.Head;
                var isNews = view.Announced != head;
                friends = [.. view.Friends.Where(f => _untold.Remove(f) || isNews)];
                view.Announced = head;
            }

            foreach (var friend in friends)
                _changed(friend, head);
        }

        SayWhatIsLeftOut();
    }

    private void SayWhatIsLeftOut()
    {
        List<VisibleShare> leftOut;
        lock (_gate)
            leftOut = [.. _views.Values.SelectMany(view => view.LeftOut).Distinct()];
        foreach (var share in leftOut.Except(_leftOut))
        {
            _said(
                $"\"{share.Name}\" is too much for some who may see it, and they are not shown it: "
                    + "see `friendnet share list`."
            );
        }

        _leftOut = leftOut;
    }

    private void Follow(View view, IndexSnapshot index)
    {
        var before = view.Seq;
        view.Update(index, _fitting);
        if (view.Seq != before)
            _told.Remember(view.Wanted, view.Shares, view.Head.Root, view.Seq);
    }

    private void Leave(FriendId friend)
    {
        if (!_byFriend.Remove(friend, out var view))
            return;
        view.Friends.Remove(friend);
        if (view.Friends.Count == 0)
            _views.Remove(view.Wanted.Key);
    }
}
