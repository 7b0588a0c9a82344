using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// The paths that we open: up to <see cref="Limits.PathsPerSourceMax"/> to each pseudonym that a
/// transfer wants. Getters; <c>Handle…</c> for each input that concerns it; <see cref="Poll"/>
/// when <see cref="Deadline"/> is reached.
/// </summary>
/// <param name="horizon">Steps that our circle reaches.</param>
public sealed class OwnPaths(
    IEntropy entropy,
    Queue<Effect> effects,
    RoutesTo routes,
    PathKeyOf keys,
    int horizon
)
{
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(Limits.PathOpenSeconds);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(Limits.PathIdleSeconds);
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(Limits.PathLivedSeconds);
    private readonly Dictionary<PseudonymId, Target> _targets = [];
    private readonly Dictionary<PathId, OwnPath> _paths = [];
    private readonly Dictionary<LinkId, OwnPath> _open = [];
    private long _lastId;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Whether that link is an open path of ours.</summary>
    public bool IsOwn(LinkId link) => _open.ContainsKey(link);

    /// <summary>A transfer found these sources: those that are pseudonyms get paths.</summary>
    public void HandleWanted(IReadOnlyList<SourceId> sources, Instant now)
    {
        foreach (var source in sources)
        {
            if (source.Pseudonym is not { } pseudonym)
            {
                continue;
            }

            if (!_targets.TryGetValue(pseudonym, out var target))
            {
                _targets.Add(pseudonym, target = new Target(pseudonym));
            }

            target.WantedAt = now;
            Fill(target, now);
        }

        Schedule(now);
    }

    /// <summary>There may be new ways: a friend is back, or told of pseudonyms.</summary>
    public void HandleNews(Instant now)
    {
        foreach (var target in _targets.Values)
        {
            Fill(target, now);
        }

        Schedule(now);
    }

    /// <returns>The source it leads to; null: not wanted any more, closed here.</returns>
    public SourceId? HandleOpened(PathId id, LinkId link, Instant now)
    {
        if (!_paths.TryGetValue(id, out var path) || path.Link is not null)
        {
            effects.Enqueue(new Effect.CloseLink(link, CloseCode.Bye));
            return null;
        }

        (path.Link, path.Since) = (link, now);
        _open.Add(link, path);
        Schedule(now);
        return SourceId.Of(path.Target.Pseudonym);
    }

    public void HandleFailed(PathId id, Instant now)
    {
        if (_paths.TryGetValue(id, out var path))
        {
            Forget(path);
            path.Target.Fail(path.Via, now);
            Fill(path.Target, now);
            Schedule(now);
        }
    }

    /// <summary>A link is gone: a path of ours, or what one went through.</summary>
    public void HandleClosed(LinkId link, Instant now)
    {
        foreach (var target in _targets.Values)
        {
            target.ForgetWay(link);
        }

        if (!_open.TryGetValue(link, out var path))
        {
            return;
        }

        Forget(path);
        if (now - path.Since < Lasting)
        {
            path.Target.Fail(path.Via, now);
        }
        else if (!path.IsSilent)
        {
            // It led there: what failed before says nothing any more.
            path.Target.ForgetWay(path.Via);
        }

        Fill(path.Target, now);
        Schedule(now);
    }

    /// <summary>
    /// Links that deliver nothing, again and again. A path among them is closed, and its way
    /// rests: somebody on it keeps the bytes.
    /// </summary>
    public void HandleSilent(IReadOnlyList<LinkId> links, Instant now)
    {
        foreach (var link in links)
        {
            if (_open.TryGetValue(link, out var path))
            {
                path.IsSilent = true;
                path.Target.Fail(path.Via, now);
                effects.Enqueue(new Effect.CloseLink(link, CloseCode.Idle));
            }
        }
    }

    public void Poll(Instant now, Func<SourceId, bool> isWanted)
    {
        foreach (var target in _targets.Values.ToArray())
        {
            foreach (var path in target.Paths.ToArray())
            {
                if (path.Link is null && now - path.Since >= OpenTime)
                {
                    effects.Enqueue(new Effect.ClosePath(path.Id));
                    Forget(path);
                    target.Fail(path.Via, now);
                }
            }

            if (isWanted(SourceId.Of(target.Pseudonym)))
            {
                target.WantedAt = now;
                Fill(target, now);
            }
            else if (now - target.WantedAt >= IdleTime)
            {
                Close(target);
            }
        }

        Schedule(now);
    }

    private void Close(Target target)
    {
        foreach (var path in target.Paths.ToArray())
        {
            Forget(path);
            effects.Enqueue(
                path.Link is { } link
                    ? new Effect.CloseLink(link, CloseCode.Bye)
                    : new Effect.ClosePath(path.Id)
            );
        }

        _targets.Remove(target.Pseudonym);
    }

    private void Forget(OwnPath path)
    {
        _paths.Remove(path.Id);
        path.Target.Paths.Remove(path);
        if (path.Link is { } link)
        {
            _open.Remove(link);
        }
    }

    private void Fill(Target target, Instant now)
    {
        while (
            target.Paths.Count < Limits.PathsPerSourceMax
            && _paths.Count < Limits.PathsOwnMax
            && keys(target.Pseudonym) is { } key
            && Choose(target, now) is { } route
        )
        {
            var path = new OwnPath(new PathId(++_lastId), target, route.Link) { Since = now };
            _paths.Add(path.Id, path);
            target.Paths.Add(path);
            effects.Enqueue(
                new Effect.OpenPath(
                    path.Id,
                    route.Link,
                    target.Pseudonym,
                    key,
                    Math.Max(0, horizon - Direct - 1)
                )
            );
        }
    }

    /// <summary>Hops of a way to a friend, who is asked without a path.</summary>
    private const int Direct = 1;

    // Fewest hops, then the friend with the fewest paths of ours, then any.
    private Route? Choose(Target target, Instant now)
    {
        var fit = routes(target.Pseudonym)
            .Where(route => route.Hops > Direct && route.Hops <= horizon)
            .Where(route => target.MayTry(route.Link, now))
            .Select(route =>
                (Route: route, Load: _paths.Values.Count(path => path.Via == route.Link))
            )
            .ToArray();
        if (fit.Length == 0)
        {
            return null;
        }

        var best = fit.Min(way => (way.Route.Hops, way.Load));
        var equal = fit.Where(way => (way.Route.Hops, way.Load) == best).ToArray();
        Span<byte> random = stackalloc byte[1];
        entropy.Fill(random);
        return equal[random[0] % equal.Length].Route;
    }

    private void Schedule(Instant now)
    {
        Deadline = null;
        foreach (var target in _targets.Values)
        {
            Soonest(target.WantedAt + IdleTime);
            if (target.Paths.Count < Limits.PathsPerSourceMax && target.RestsUntil(now) is { } rest)
            {
                Soonest(rest);
            }

            foreach (var path in target.Paths)
            {
                if (path.Link is null)
                {
                    Soonest(path.Since + OpenTime);
                }
            }
        }
    }

    private void Soonest(Instant at) => Deadline = Deadline is { } first && first < at ? first : at;
}
