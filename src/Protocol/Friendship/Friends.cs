using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Friendship;

/// <summary>
/// One link to every friend: who is dialed when, which of two links stays, who is told where we
/// are. Getters; <c>Handle…</c> for each input that concerns it; <see cref="Poll"/> when
/// <see cref="Deadline"/> is reached. What it wants done goes to <paramref name="effects"/>.
/// </summary>
public sealed class Friends(FriendId self, IEntropy entropy, Queue<Effect> effects)
{
    /// <summary>
    /// A link that lasted this long counts as success; shorter ones keep the backoff.
    /// </summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RememberPause = TimeSpan.FromMinutes(1);

    /// <summary>A change of network is a few changes: those need no pause.</summary>
    private static readonly TimeSpan RememberEarly = -3 * RememberPause;

    private static readonly TimeSpan Simultaneous = TimeSpan.FromSeconds(
        Limits.SimultaneousSeconds
    );

    private readonly Dictionary<FriendId, FriendState> _friends = [];
    private readonly Dictionary<LinkId, FriendState> _links = [];
    private List<string> _own = [];
    private int _dialing;
    private Instant? _deadline;
    private bool _isStale;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline
    {
        get
        {
            // Asked for after every input, most of which concern no dial: looked for once.
            if (_isStale)
            {
                (_deadline, _isStale) = (Earliest(), false);
            }

            return _deadline;
        }
    }

    /// <summary>The friend at the other end of a link that is in use.</summary>
    public FriendId? FriendOf(LinkId link) =>
        _links.TryGetValue(link, out var friend) ? friend.Id : null;

    /// <summary>The one link in use to a friend.</summary>
    public LinkId? LinkOf(FriendId friend) =>
        _friends.TryGetValue(friend, out var state) ? state.Link?.Id : null;

    /// <summary>
    /// A friend from the store, a new one, or new addresses of one: dialed at once.
    /// </summary>
    public void HandleKnown(FriendId friend, IReadOnlyList<string> addresses, Instant now)
    {
        _isStale = true;
        if (!_friends.TryGetValue(friend, out var state))
        {
            _friends.Add(friend, state = new FriendState(friend));
        }

        // A friend that redeems again comes without any: what worked still counts.
        if (addresses.Count > 0)
        {
            state.Addresses = FriendState.Check(addresses);
        }

        state.RetryAt = now;
        Poll(now);
    }

    public void HandleRemoved(FriendId friend, Instant now)
    {
        if (!_friends.Remove(friend, out var state))
            return;

        _isStale = true;
        EndDial(state);
        if (state.Link is { } link)
        {
            _links.Remove(link.Id);
            effects.Enqueue(new Effect.CloseLink(link.Id, CloseCode.Removed));
        }

        Poll(now);
    }

    /// <returns>
    /// False where this link is not to be used: it is closed here. A link that it replaces is
    /// closed, too: <paramref name="replaced"/>, for which no more will be said here.
    /// </returns>
    public bool HandleLinkOpened(Input.LinkOpened opened, Instant now, out LinkId? replaced)
    {
        replaced = null;
        if (!_friends.TryGetValue(opened.Friend, out var state))
        {
            effects.Enqueue(new Effect.CloseLink(opened.Link, CloseCode.Removed));
            return false;
        }

        _isStale = true;
        if (opened.Dialed)
        {
            EndDial(state);
        }

        if (state.Link is { } old)
        {
            if (!Replaces(old, opened, now))
            {
                effects.Enqueue(new Effect.CloseLink(opened.Link, CloseCode.Duplicate));
                return false;
            }

            replaced = old.Id;
            _links.Remove(old.Id);
            effects.Enqueue(new Effect.CloseLink(old.Id, CloseCode.Duplicate));
        }

        state.Link = new OpenLink(opened.Link, opened.Dialed, opened.Address, now);
        _links.Add(opened.Link, state);
        if (opened.Dialed)
        {
            Learn(state, [opened.Address, .. state.Addresses], now);
        }

        Tell(opened.Link);
        Poll(now);
        return true;
    }

    /// <summary>Links that were refused or replaced are unknown here and ignored.</summary>
    public void HandleLinkClosed(LinkId link, Instant now)
    {
        if (!_links.Remove(link, out var state) || state.Link is not { } open)
            return;

        _isStale = true;
        state.Failures = now - open.Since >= Lasting ? 0 : state.Failures + 1;
        state.Link = null;
        state.RetryAt = now + Backoff.After(state.Failures, entropy);
    }

    public void HandleDialFailed(FriendId friend, Instant now)
    {
        if (_friends.TryGetValue(friend, out var state))
        {
            _isStale = true;
            EndDial(state);
            state.Failures++;
            state.RetryAt = now + Backoff.After(state.Failures, entropy);
        }

        Poll(now);
    }

    /// <summary>
    /// Our place changed: friends are told, and those out of reach are tried again.
    /// </summary>
    public void HandleOwnAddresses(IReadOnlyList<string> addresses, Instant now)
    {
        var own = FriendState.Check(addresses);
        if (own.SequenceEqual(_own))
            return;

        (_own, _isStale) = (own, true);
        foreach (var (link, _) in _links)
        {
            Tell(link);
        }

        foreach (var friend in _friends.Values)
        {
            friend.Failures = 0;
            friend.RetryAt = now;
        }

        Poll(now);
    }

    /// <summary>A friend told where it is. Places that are no places are passed over.</summary>
    public void HandleAddresses(LinkId link, Addresses told, Instant now)
    {
        if (_links.TryGetValue(link, out var state) && told.Address.Count > 0)
        {
            // What worked stays first, whatever the friend believes of its own place.
            Learn(
                state,
                state.Link is { Dialed: true } open
                    ? [open.Address, .. told.Address]
                    : [.. told.Address, .. state.Addresses],
                now
            );
        }
    }

    /// <summary>Dials those whose time has come.</summary>
    public void Poll(Instant now)
    {
        if (!(Deadline <= now))
            return;

        _isStale = true;
        foreach (var friend in _friends.Values.Where(friend => friend.RememberAt <= now))
        {
            Remember(friend, now);
        }

        if (_dialing >= Limits.DialsMax)
            return;

        var due = _friends
            .Values.Where(friend => friend.Waits && friend.RetryAt <= now)
            .OrderBy(friend => friend.RetryAt)
            .ThenBy(friend => friend.Id.Value)
            .Take(Limits.DialsMax - _dialing);
        foreach (var friend in due.ToArray())
        {
            friend.IsDialing = true;
            _dialing++;
            effects.Enqueue(new Effect.Dial(friend.Id, friend.Addresses));
        }
    }

    private Instant? Earliest()
    {
        Instant? first = null;
        foreach (var friend in _friends.Values)
        {
            if (friend.RememberAt is { } due && (first is null || due < first))
                first = due;
            if (_dialing >= Limits.DialsMax || !friend.Waits)
                continue;
            if (first is null || friend.RetryAt < first)
                first = friend.RetryAt;
        }

        return first;
    }

    /// <summary>
    /// The same side dials again only when it lost the old link: the newer stays. Both dialed:
    /// within the time a dial may take it is a crossing, and both ends keep the smaller id's;
    /// later the old link is a dead one that this end has not noticed yet.
    /// </summary>
    private bool Replaces(OpenLink old, Input.LinkOpened opened, Instant now) =>
        old.Dialed == opened.Dialed
        || now - old.Since >= Simultaneous
        || opened.Dialed == (self.Value < opened.Friend.Value);

    private void Learn(FriendState state, IEnumerable<string> addresses, Instant now)
    {
        var learned = FriendState.Check(addresses);
        if (learned.Count > 0 && !learned.SequenceEqual(state.Addresses))
        {
            _isStale = true;
            state.Addresses = learned;
            // Each costs a durable write: a friend that tells others all the time has to wait.
            state.RememberAt = (state.RememberedUntil ?? now) + RememberEarly;
            if (state.RememberAt <= now)
                Remember(state, now);
        }
    }

    private void Remember(FriendState state, Instant now)
    {
        var from = state.RememberedUntil > now ? state.RememberedUntil.Value : now;
        (state.RememberAt, state.RememberedUntil) = (null, from + RememberPause);
        effects.Enqueue(new Effect.RememberAddresses(state.Id, state.Addresses));
    }

    private void Tell(LinkId link)
    {
        if (_own.Count == 0)
            return;

        var addresses = new Addresses();
        addresses.Address.AddRange(_own);
        effects.Enqueue(new Effect.Send(link, new Message { Addresses = addresses }));
    }

    private void EndDial(FriendState state)
    {
        if (state.IsDialing)
        {
            state.IsDialing = false;
            _dialing--;
        }
    }
}
