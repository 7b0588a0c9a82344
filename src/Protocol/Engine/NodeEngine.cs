using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Circles;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Holdings;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Engine;

/// <summary>
/// One node's decisions: each input goes to the features that it concerns, what they want done
/// comes out of <see cref="TryPoll"/>. For one thread; no clock, no randomness, no I/O of its own.
/// </summary>
public sealed class NodeEngine
{
    private const uint ProtocolVersion = 1;
    private readonly Queue<Effect> _effects = new();
    private readonly Friends _friends;
    private readonly CatalogSync _catalogs;
    private readonly CircleSync _circles;
    private readonly Scheduler _transfers;
    private readonly PathSwitch _paths;
    private readonly PartHolders _parts;
    private readonly LinkSwitch _said;

    public NodeEngine(FriendId self, IEntropy entropy, EngineSettings settings)
    {
        _friends = new Friends(self, entropy, _effects);
        _catalogs = new CatalogSync(entropy, _effects);
        _circles = new CircleSync(
            entropy,
            _effects,
            settings.Horizon,
            settings.ReadHead,
            settings.Possession
        );
        _transfers = new Scheduler(self, entropy, _effects);
        _parts = new PartHolders(
            self,
            entropy,
            _effects,
            settings.ShareParts,
            _transfers.HandleHeld
        );
        _parts.Sought = _transfers.HandleSought;
        _transfers.Seekers = _parts.SeekersOf;
        _transfers.Kept = _parts.HandleStored;
        var ways =
            settings.Ways
            ?? new PathWays(
                _circles.RoutesTo,
                _circles.RoutesTo,
                _circles.PathKeyOf,
                _circles.IsOwn
            );
        _paths = new PathSwitch(entropy, _effects, _friends, _transfers, ways, settings);
        _said = new LinkSwitch(_effects, _friends, _catalogs, _circles, _paths, _parts);
    }

    /// <summary>When a Tick is due; null: only something else can make a difference.</summary>
    public Instant? Deadline =>
        Instant.Earliest(
            _friends.Deadline,
            _circles.Deadline,
            _catalogs.Deadline,
            _paths.Deadline,
            _transfers.Deadline,
            _parts.Deadline
        );

    /// <summary>Ways to a pseudonym over links that are up, fewest hops first.</summary>
    public IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym) => _circles.RoutesTo(pseudonym);

    public bool TryPoll(out Effect? effect) => _effects.TryDequeue(out effect);

    public void Handle(Input input, Instant now)
    {
        switch (input)
        {
            case Input.Tick:
                _friends.Poll(now);
                _catalogs.Poll(now);
                _circles.Poll(now);
                break;
            case Input.FriendKnown known:
                _friends.HandleKnown(known.Friend, known.Addresses, now);
                break;
            case Input.FriendRemoved removed:
                Remove(removed.Friend, now);
                break;
            case Input.LinkOpened opened:
                Open(opened, now);
                return;
            case Input.LinkClosed closed:
                _friends.HandleLinkClosed(closed.Link, now);
                _catalogs.HandleClosed(closed.Link);
                _circles.HandleClosed(closed.Link, now);
                _parts.HandleClosed(closed.Link);
                _paths.HandleClosed(closed.Link, now);
                break;
            case Input.DialFailed failed:
                _friends.HandleDialFailed(failed.Friend, now);
                break;
            case Input.OwnAddresses own:
                _friends.HandleOwnAddresses(own.Addresses, now);
                break;
            case Input.MessageReceived received:
                _said.Handle(received.Link, received.Message, now);
                break;
            case Input.RequestReceived received:
                _said.Handle(received.Link, received.Stream, received.Request, now);
                break;
            default:
                _ =
                    CatalogSwitch.TryHandle(_catalogs, input, now)
                    || _circles.Handle(input, now)
                    || _paths.TryHandle(input, now);
                break;
        }

        // What is fetched is sought before it is asked for: others may be asking for it too.
        _parts.Handle(input, now);
        _transfers.Handle(input, now);
        _paths.HandleAfter(input, now);
    }

    private void Open(Input.LinkOpened opened, Instant now)
    {
        if (!_friends.HandleLinkOpened(opened, now, out var replaced))
        {
            return;
        }

        if (replaced is { } old)
        {
            _catalogs.HandleClosed(old);
            _circles.HandleClosed(old, now);
            _parts.HandleClosed(old);
            _transfers.Handle(new Input.LinkClosed(old, "replaced"), now);
        }

        var hello = new Message { Hello = new Hello { Version = ProtocolVersion } };
        _effects.Enqueue(new Effect.Send(opened.Link, hello));
        _catalogs.HandleOpened(opened.Link, opened.Friend);
        _circles.HandleOpened(opened.Link, opened.Friend, now);
        _transfers.Handle(opened, now);
        _parts.HandleOpened(opened.Link, opened.Friend, now);
        _paths.HandleAfter(opened, now);
    }

    private void Remove(FriendId friend, Instant now)
    {
        if (_friends.LinkOf(friend) is { } link)
        {
            _transfers.Handle(new Input.LinkClosed(link, "removed"), now);
            _parts.HandleClosed(link);
        }

        _friends.HandleRemoved(friend, now);
        _catalogs.HandleRemoved(friend);
        _circles.HandleRemoved(friend, now);
        _paths.HandleRemoved(friend, now);
    }
}
