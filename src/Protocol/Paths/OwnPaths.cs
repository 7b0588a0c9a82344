using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
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
public sealed class OwnPaths(
    IEntropy entropy,
    Queue<Effect> effects,
    RoutesTo routes,
    PathKeyOf keys
)
{
    /// <summary>Hops of a way to a friend, who is asked without a path.</summary>
    private const int Direct = 1;

    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(Limits.PathOpenSeconds);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(Limits.PathIdleSeconds);
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(Limits.PathLivedSeconds);
    private readonly Dictionary<PseudonymId, Target> _targets = [];
    private readonly Dictionary<PathId, OwnPath> _paths = [];
    private readonly Dictionary<LinkId, OwnPath> _open = [];
    private long _lastId;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Whether something is asked over that path now.</summary>
    public Func<LinkId, bool> IsAsked { get; init; } = _ => true;

    /// <summary>Whether what was asked over that path does not come.</summary>
    public Func<LinkId, bool> Withholds { get; init; } = _ => false;

    /// <summary>Whether that link is an open path of ours.</summary>
    public bool IsOwn(LinkId link) => _open.ContainsKey(link);

    /// <summary>A transfer found these sources: those that are pseudonyms get paths.</summary>
    public void HandleWanted(IReadOnlyList<SourceId> sources, Instant now)
    {
        foreach (var pseudonym in sources.Select(source => source.Pseudonym).OfType<PseudonymId>())
        {
            if (!_targets.TryGetValue(pseudonym, out var target))
            {
                _targets.Add(pseudonym, target = new Target(pseudonym));
            }

            (target.WantedAt, target.IsWanted) = (now, true);
        }

        Fill(now);
    }

    /// <summary>There may be new ways: a friend is back, or told of pseudonyms.</summary>
    public void HandleNews(Instant now) => Fill(now);

    /// <returns>Its source, and the friend's link it goes through; null: closed again.</returns>
    public (SourceId Source, LinkId Via)? HandleOpened(PathId id, LinkId link, Instant now)
    {
        if (!_paths.TryGetValue(id, out var path) || path.Link is not null)
        {
            effects.Enqueue(new Effect.CloseLink(link, CloseCode.Bye));
            return null;
        }

        (path.Link, path.Since) = (link, now);
        _open.Add(link, path);
        Schedule(now);
        return (SourceId.Of(path.Target.Pseudonym), path.Via);
    }

    public void HandleFailed(PathId id, Instant now)
    {
        if (_paths.TryGetValue(id, out var path))
        {
            Forget(path);
            path.Target.Fail(path.Via, now);
            Fill(now);
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
        // Somebody on it who keeps all bytes keeps those that hold it open, too: it ends by
        // itself before it is found silent twice.
        if (now - path.Since < Lasting || Withholds(link))
        {
            path.Target.Fail(path.Via, now);
        }
        else
        {
            // It led there: what failed before says nothing any more.
            path.Target.ForgetWay(path.Via);
        }

        Fill(now);
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
                path.Target.Fail(path.Via, now);
                GiveUp(path, CloseCode.Idle);
            }
        }

        Fill(now);
    }

    public void Poll(Instant now, Func<SourceId, bool> isWanted)
    {
        foreach (var target in _targets.Values.ToArray())
        {
            foreach (var path in target.Paths.ToArray())
            {
                if (path.Link is null && now - path.Since >= OpenTime)
                {
                    GiveUp(path, CloseCode.Idle);
                    target.Fail(path.Via, now);
                }
            }

            target.IsWanted = isWanted(SourceId.Of(target.Pseudonym));
            if (target.IsWanted)
            {
                target.WantedAt = now;
            }
            else if (now - target.WantedAt >= IdleTime)
            {
                Close(target);
            }
        }

        Fill(now);
    }

    private void Close(Target target)
    {
        foreach (var path in target.Paths.ToArray())
        {
            GiveUp(path, CloseCode.Bye);
        }

        _targets.Remove(target.Pseudonym);
    }

    private void GiveUp(OwnPath path, CloseCode code)
    {
        Forget(path);
        effects.Enqueue(
            path.Link is { } link ? new Effect.CloseLink(link, code) : new Effect.ClosePath(path.Id)
        );
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

    /// <summary>A first path for each target, then second ones.</summary>
    private void Fill(Instant now)
    {
        for (var count = 0; count < Limits.PathsPerSourceMax; count++)
        {
            var those = _targets.Values.Where(one => one.IsWanted && one.Paths.Count == count);
            foreach (var target in those.OrderBy(one => one.LastPath))
            {
                TryOpen(target, now);
            }
        }

        Schedule(now);
    }

    private void TryOpen(Target target, Instant now)
    {
        var mayPush = target.Paths.Count == 0;
        var isFull = _paths.Count >= Limits.PathsOwnMax;
        var isHopeless = isFull && (!mayPush || Giver(null, now) is null);
        if (isHopeless || keys(target.Pseudonym) is not { } key)
        {
            return;
        }

        foreach (var way in Ways(target, now))
        {
            var isLinkFull = Load(way.Link) >= Limits.PathsPerLinkMax;
            if (isFull || isLinkFull)
            {
                if (!mayPush || Giver(isLinkFull ? way.Link : null, now) is not { } giver)
                {
                    continue;
                }

                GiveUp(giver, CloseCode.Bye);
            }

            Open(target, way, key, now);
            return;
        }
    }

    private void Open(Target target, Route way, Hash256 key, Instant now)
    {
        var path = new OwnPath(new PathId(++_lastId), target, way.Link) { Since = now };
        _paths.Add(path.Id, path);
        target.Paths.Add(path);
        target.LastPath = _lastId;
        // As many relays after the first as it told us of.
        var hops = way.Hops - Direct - 1;
        effects.Enqueue(new Effect.OpenPath(path.Id, way.Link, target.Pseudonym, key, hops));
    }

    private int Load(LinkId via) => _paths.Values.Count(path => path.Via == via);

    // Fewest hops, then the friend with the fewest paths of ours, then any.
    private IEnumerable<Route> Ways(Target target, Instant now) =>
        routes(target.Pseudonym)
            .Where(route => route.Hops > Direct)
            .Where(route => target.MayTry(route.Link, now))
            .OrderBy(route => (route.Hops, Load(route.Link), Any()));

    private byte Any()
    {
        Span<byte> random = stackalloc byte[1];
        entropy.Fill(random);
        return random[0];
    }

    /// <summary>
    /// The path that makes room for somebody's first: one asked nothing, or a second one.
    /// </summary>
    private OwnPath? Giver(LinkId? via, Instant now) =>
        _open
            .Values.Where(path => via is null || path.Via == via)
            .Where(path =>
                path.Target.Paths.Count > 1
                || (now - path.Since >= Lasting && !IsAsked(path.Link!.Value))
            )
            .OrderBy(path => IsAsked(path.Link!.Value))
            .ThenByDescending(path => path.Target.Paths.Count)
            .ThenByDescending(path => path.Since)
            .FirstOrDefault();

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
