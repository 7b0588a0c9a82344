using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Engine;

/// <summary>
/// The inputs and requests that concern paths: those we open, those that end here, those that we
/// carry for others.
/// </summary>
internal sealed class PathSwitch
{
    private readonly Queue<Effect> _effects;
    private readonly Friends _friends;
    private readonly Scheduler _transfers;
    private readonly PathWays _ways;
    private readonly OwnPaths _own;
    private readonly ServedPaths _served = new();
    private readonly Relays _relays;

    internal PathSwitch(
        IEntropy entropy,
        Queue<Effect> effects,
        Friends friends,
        Scheduler transfers,
        PathWays ways,
        EngineSettings settings
    )
    {
        (_effects, _friends, _transfers, _ways) = (effects, friends, transfers, ways);
        _own = new OwnPaths(entropy, effects, ways.To, ways.KeyOf)
        {
            IsAsked = transfers.IsAsked,
            Withholds = transfers.Withholds,
        };
        _relays = new Relays(effects, ways.For, Rates.Unlimited);
    }

    internal Instant? Deadline =>
        _own.Deadline is { } a && _relays.Deadline is { } b
            ? (a < b ? a : b)
            : _own.Deadline ?? _relays.Deadline;

    internal void HandleRemoved(FriendId friend, Instant now) => _relays.HandleRemoved(friend, now);

    /// <summary>A link is gone; while the transfers still know what it owes.</summary>
    internal void HandleClosed(LinkId link, Instant now)
    {
        _own.HandleClosed(link, now);
        _served.HandleClosed(link);
        _relays.HandleClosed(link);
    }

    /// <summary>What concerns others, too, once the transfers had it.</summary>
    internal void HandleAfter(Input input, Instant now)
    {
        switch (input)
        {
            case Input.Tick:
                _own.HandleSilent(_transfers.Silenced, now);
                _own.Poll(now, _transfers.Wants);
                _relays.Poll(now);
                break;
            case Input.LinkOpened:
            case Input.MessageReceived { Message.KindCase: Message.KindOneofCase.Heads }:
                _own.HandleNews(now);
                break;
            case Input.SourcesFound found:
                _own.HandleWanted(found.Sources, now);
                break;
            default:
                break;
        }
    }

    /// <returns>False: it is none that concerns paths alone.</returns>
    internal bool TryHandle(Input input, Instant now)
    {
        switch (input)
        {
            case Input.PathOpened opened:
                if (_own.HandleOpened(opened.Path, opened.Link, now) is var (source, via))
                {
                    _transfers.HandlePath(opened.Link, source, via, now);
                }

                return true;
            case Input.PathFailed failed:
                _own.HandleFailed(failed.Path, now);
                return true;
            case Input.PathServed served:
                _served.HandleServed(served.Link, served.Via);
                return true;
            case Input.LimitsChanged changed:
                _relays.Set(changed.Relay, now);
                return true;
            case Input.RelayJoined joined:
                _relays.HandleJoined(joined.Relay, now);
                return true;
            case Input.RelayRefused refused:
                _relays.HandleRefused(refused.Relay, now);
                return true;
            case Input.Relayed moved:
                _relays.HandleMoved(moved.Relay, moved.Bytes, now);
                return true;
            case Input.RelayEnded ended:
                _relays.HandleEnded(ended.Relay, ended.Bytes, now);
                return true;
            default:
                return false;
        }
    }

    /// <returns>False: it is none that concerns paths, or nobody's.</returns>
    internal bool TryHandle(LinkId link, StreamId stream, Request request, Instant now)
    {
        if (_friends.FriendOf(link) is { } friend)
        {
            return TryHandleFriend(link, friend, stream, request, now);
        }

        switch (request.KindCase)
        {
            case Request.KindOneofCase.Fetch when _served.IsServed(link):
                _effects.Enqueue(new Effect.ServeFetch(link, stream, null, request.Fetch));
                return true;
            case Request.KindOneofCase.Leaves when _served.TryCountLeaves(link, now):
                _effects.Enqueue(new Effect.ServeLeaves(link, stream, null, request.Leaves));
                return true;
            case Request.KindOneofCase.Leaves when _served.IsServed(link):
                _effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Busy));
                return true;
            default:
                if (_served.IsServed(link) || _own.IsOwn(link))
                {
                    _effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Malformed));
                }

                return true;
        }
    }

    private bool TryHandleFriend(
        LinkId link,
        FriendId friend,
        StreamId stream,
        Request request,
        Instant now
    )
    {
        switch (request.KindCase)
        {
            case Request.KindOneofCase.Path:
                HandlePath(link, friend, stream, request.Path, now);
                return true;
            case Request.KindOneofCase.Up:
                _effects.Enqueue(new Effect.JoinPath(link, stream, request.Up));
                return true;
            default:
                return false;
        }
    }

    private void HandlePath(
        LinkId link,
        FriendId friend,
        StreamId stream,
        PathRequest path,
        Instant now
    )
    {
        if (!_relays.TryCount(friend, now))
        {
            _effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Busy));
            return;
        }

        var isOwn = _ways.IsOwn(new PseudonymId(new Hash256(path.Pseudonym.Span)));
        if (!isOwn)
        {
            _relays.HandlePath(link, friend, stream, path, now);
        }
        else if (_served.TryBegin(link))
        {
            _effects.Enqueue(new Effect.ServePath(link, stream, path));
        }
        else
        {
            _effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Busy));
        }
    }
}
