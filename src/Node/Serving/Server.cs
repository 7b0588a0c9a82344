using System.Collections.Concurrent;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Serving;

/// <summary>
/// Carries out ServeFetch and ServeLeaves: two loops a link, each bounded, so that little waits
/// for nothing large.
/// </summary>
public sealed class Server : IDisposable
{
    private readonly ConcurrentDictionary<(LinkId Link, bool IsBulk), LinkServing> _links = [];
    private readonly BlockQuota _blocks;
    private readonly Func<LinkId, StreamId, Answer?> _begin;
    private readonly FindContent _find;
    private readonly Action<FileLocation> _changed;
    private readonly Action<string> _log;
    private readonly PartSource? _parts;

    /// <param name="begin">The answer to a request that came; null: the link is gone.</param>
    /// <param name="find">Looks only among what that friend may see.</param>
    /// <param name="parts">What we fetch; null: nothing of it is served.</param>
    /// <param name="changed">Told of a file that is not what was hashed.</param>
    /// <param name="blocks">Of all answers of this node; null: of these alone.</param>
    public Server(
        Func<LinkId, StreamId, Answer?> begin,
        FindContent find,
        Action<FileLocation> changed,
        Action<string> log,
        PartSource? parts = null,
        BlockQuota? blocks = null
    )
    {
        (_begin, _find, _changed, _log, _parts) = (begin, find, changed, log, parts);
        _blocks = blocks ?? new();
    }

    /// <summary>From the engine's thread; never blocks. Other effects are ignored.</summary>
    public void Handle(Effect effect)
    {
        switch (effect)
        {
            case Effect.ServeFetch fetch:
                Add(fetch.Link, fetch.Stream, fetch.Friend, new() { Fetch = fetch.Request });
                break;
            case Effect.ServeLeaves leaves:
                Add(leaves.Link, leaves.Stream, leaves.Friend, new() { Leaves = leaves.Request });
                break;
        }
    }

    /// <summary>
    /// From any thread: shares' audiences have changed. When this returns, nothing that was taken
    /// back waits to be sent to anybody.
    /// </summary>
    public void Recheck()
    {
        foreach (var serving in _links.Values)
            serving.Recheck();
    }

    /// <summary>That link is gone: its loop ends.</summary>
    public void LinkClosed(LinkId link)
    {
        foreach (var isBulk in (ReadOnlySpan<bool>)[true, false])
        {
            if (_links.TryRemove((link, isBulk), out var serving))
                serving.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var (link, _) in _links.Keys)
            LinkClosed(link);
    }

    private void Add(LinkId link, StreamId stream, FriendId? friend, Protocol.Wire.Request request)
    {
        if (_begin(link, stream) is not { } answer)
            return;
        var serving = _links.GetOrAdd(
            (link, SendClasses.Of(request) == SendClass.Bulk),
            _ => new(new FetchAnswer(friend, _find, _blocks, _changed, _parts), _log)
        );
        serving.Add(answer, request);
        // Gone meanwhile, and its end was told before this loop was known: it ends here.
        if (_begin(link, stream) is null)
            LinkClosed(link);
    }
}
