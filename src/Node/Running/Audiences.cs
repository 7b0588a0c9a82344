using System.Runtime.ExceptionServices;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// Keeps each friend's view, and the circle's, at what the shares' audiences say, and content with
/// them. A view that a change does not touch is not touched.
/// </summary>
public sealed class Audiences
{
    private readonly FriendStore _friends;
    private readonly ShareIndex _index;
    private readonly Views _views;
    private readonly Lock _gate = new();

    public Audiences(FriendStore friends, ShareIndex index, Views views) =>
        (_friends, _index, _views) = (friends, index, views);

    /// <summary>
    /// Somebody may see less than before, from now on; views follow. By the thread that changed it.
    /// </summary>
    public event EventHandler? Narrowed;

    /// <summary>
    /// This viewer's view has followed, and has no longer all shares that it had: what was read
    /// from it before may name what is taken back.
    /// </summary>
    public Action<FriendId>? SeesLess { get; set; }

    /// <summary>A folder was added to the shares.</summary>
    public void Added(SharedFolder share)
    {
        _index.Add(Indexed(share));
        ShowAgain(share.Audience);
    }

    /// <summary>First out of every view, then out of the index, whatever the views' disk says.
    /// </summary>
    public void Removed(SharedFolder share)
    {
        Narrowed?.Invoke(this, EventArgs.Empty);
        try
        {
            ShowAgain(share.Audience);
        }
        finally
        {
            _index.Remove(share.Id);
        }
    }

    /// <summary>A share is for others from now on.</summary>
    public void Changed(Audience before, Audience after)
    {
        Narrowed?.Invoke(this, EventArgs.Empty);
        ShowAgain(before, after);
    }

    /// <summary>Who these are has changed: friends that came into a group, or left it.</summary>
    public void Regrouped(IEnumerable<FriendId> friends)
    {
        Narrowed?.Invoke(this, EventArgs.Empty);
        ShowAll(friends);
    }

    internal static ShareFolder Indexed(SharedFolder share) =>
        new(share.Id, share.Name, share.Path);

    /// <summary>
    /// Which shares' contents may be given to this one, asked anew for each: what is taken back is
    /// not served any more. Who is no friend (any more) sees nothing.
    /// </summary>
    /// <param name="friend">Null: somebody of the circle.</param>
    public Func<int, bool> VisibleTo(FriendId? friend)
    {
        if (friend is { } one && _friends.Find(one) is null)
        {
            return static _ => false;
        }

        return share => _friends.Shares.Find(share)?.Audience.IsFor(friend, Members) ?? false;
    }

    /// <summary>
    /// Reading and showing are one: of two changes the later one must land last.
    /// </summary>
    public void Show(FriendId friend)
    {
        lock (_gate)
        {
            if (_friends.Find(friend) is null)
            {
                return;
            }

            Show(friend, audience => audience.IsInView(friend, Members));
        }
    }

    /// <summary>Who is no friend any more has no view.</summary>
    public void Left(FriendId friend)
    {
        Narrowed?.Invoke(this, EventArgs.Empty);
        lock (_gate)
        {
            _views.Remove(friend);
        }
    }

    public void ShowCircle()
    {
        lock (_gate)
        {
            Show(Views.Circle, audience => audience.Circle);
        }
    }

    private void Show(FriendId viewer, Func<Audience, bool> isShown)
    {
        // If its view cannot be written, it has none.
        var isLess = true;
        try
        {
            isLess = _views.Show(viewer, Of(isShown));
        }
        finally
        {
            if (isLess)
            {
                SeesLess?.Invoke(viewer);
            }
        }
    }

    private void ShowAgain(params Audience[] touched) =>
        ShowAll([
            .. touched.Any(audience => audience.Circle) ? [Views.Circle] : Array.Empty<FriendId>(),
            .. _friends
                .Friends.Select(friend => friend.Id)
                .Where(friend => touched.Any(audience => audience.IsInView(friend, Members))),
        ]);

    // The disk that refuses one must not leave all after it as they were.
    private void ShowAll(IEnumerable<FriendId> viewers)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var viewer in viewers)
        {
            try
            {
                if (viewer == Views.Circle)
                {
                    ShowCircle();
                }
                else
                {
                    Show(viewer);
                }
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }

    private IEnumerable<VisibleShare> Of(Func<Audience, bool> isShown) =>
        _friends
            .Shares.All.Where(share => isShown(share.Audience))
            .Select(share => new VisibleShare(share.Id, share.Name));

    private IReadOnlySet<FriendId> Members(int group) => _friends.Groups.Members(group);
}
