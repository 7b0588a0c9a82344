using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// The links that are up, paths among them. A friend may have two for a moment: the newest counts.
/// </summary>
public sealed class LinkTable
{
    private const int FriendLinksMax = 2;
    private readonly Dictionary<LinkId, Link> _links = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _empty = Done();
    private long _lastId;

    /// <summary>A snapshot.</summary>
    public IReadOnlyList<Link> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _links.Values];
            }
        }
    }

    public Link? Find(LinkId id)
    {
        lock (_gate)
        {
            return _links.GetValueOrDefault(id);
        }
    }

    public Link? Find(FriendId friend)
    {
        lock (_gate)
        {
            return _links.Values.Where(link => link.Friend == friend).MaxBy(link => link.Id.Value);
        }
    }

    /// <summary>Says goodbye on every link and waits until all are gone; bounded.</summary>
    /// <returns>False: time was over first.</returns>
    public async Task<bool> CloseAllAsync(CloseCode code, TimeSpan timeout)
    {
        // Paths first: their goodbye goes over the others.
        foreach (var link in All.OrderBy(link => !link.IsPath))
        {
            link.Close(code);
        }

        Task empty;
        lock (_gate)
        {
            empty = _empty.Task;
        }

        await empty
            .WaitAsync(timeout, TimeProvider.System)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (empty.IsCompleted)
        {
            return true;
        }

        foreach (var link in All)
        {
            link.Abandon("stopping");
        }

        return false;
    }

    internal Link Add(LinkStart start, LinkSetting setting)
    {
        lock (_gate)
        {
            // Two cross; a third means that the friend opens them faster than they end.
            var others = _links
                .Values.Where(one => one.Friend is { } friend && friend == start.Friend)
                .ToArray();
            if (others.Length >= FriendLinksMax)
            {
                others.MinBy(one => one.Id.Value)!.Abandon("the friend opened too many links");
            }

            var link = new Link(new LinkId(++_lastId), start, setting);
            if (_links.Count == 0)
            {
                _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _links.Add(link.Id, link);
            return link;
        }
    }

    internal void Remove(Link link)
    {
        lock (_gate)
        {
            _links.Remove(link.Id);
            if (_links.Count == 0)
            {
                _empty.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
