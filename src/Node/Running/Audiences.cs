using FriendNet.Node.Catalogs;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>Keeps each friend's view at what the shares' audiences say.</summary>
public sealed class Audiences
{
    private readonly FriendStore _friends;
    private readonly ShareIndex _index;
    private readonly Views _views;
    private readonly Lock _gate = new();

    internal Audiences(FriendStore friends, ShareIndex index, Views views) =>
        (_friends, _index, _views) = (friends, index, views);

    /// <summary>A folder was added to the shares.</summary>
    public void Added(SharedFolder share)
    {
        _index.Add(Indexed(share));
        ShowAll();
    }

    /// <summary>First out of every view, then out of the index.</summary>
    public void Removed(SharedFolder share)
    {
        ShowAll();
        _index.Remove(share.Id);
    }

    internal static ShareFolder Indexed(SharedFolder share) =>
        new(share.Id, share.Name, share.Path);

    /// <summary>The ids of what a friend may see; who is none (any more) sees nothing.</summary>
    internal HashSet<int> VisibleTo(FriendId friend) =>
        _friends.Find(friend) is null
            ? []
            :
            [
                .. _friends
                    .Shares.All.Where(share => share.IsFor(friend))
                    .Select(share => share.Id),
            ];

    /// <summary>
    /// Reading and showing are one: of two changes the later one must land last.
    /// </summary>
    internal void Show(FriendId friend)
    {
        lock (_gate)
        {
            _views.Show(
                friend,
                _friends
                    .Shares.All.Where(share => share.IsFor(friend))
                    .Select(share => new VisibleShare(share.Id, share.Name))
            );
        }
    }

    private void ShowAll()
    {
        foreach (var friend in _friends.Friends)
        {
            Show(friend.Id);
        }
    }
}
