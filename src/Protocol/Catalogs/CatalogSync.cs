using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Catalogs;

/// <summary>
/// Keeps what we hold of each friend's catalog at the head the friend tells, and tells each
/// friend the head of its view. Getters; <c>Handle…</c> for each input that concerns it;
/// <see cref="Poll"/> when <see cref="Deadline"/> is reached. What it wants done goes to
/// <paramref name="effects"/>.
/// </summary>
/// <param name="entriesMax">Heads with more entries are not fetched.</param>
public sealed class CatalogSync(
    IEntropy entropy,
    Queue<Effect> effects,
    long entriesMax = Limits.CatalogEntriesMax
)
{
    // Of what the last sync took; large changes over slow links are news soon all the same.
    private const int RestFactor = 4;
    private const int RestSecondsMax = 60;
    private static readonly TimeSpan SayPause = TimeSpan.FromMinutes(10);
    private readonly Dictionary<FriendId, FriendCatalog> _friends = [];
    private readonly Dictionary<LinkId, FriendCatalog> _links = [];
    private Instant? _deadline;
    private bool _isStale;

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline
    {
        get
        {
            // Asked for after every input, most of which concern no catalog: looked for once.
            if (_isStale)
                (_deadline, _isStale) = (Earliest(), false);
            return _deadline;
        }
    }

    /// <summary>This link is the one in use to the friend now.</summary>
    public void HandleOpened(LinkId link, FriendId friend)
    {
        var state = Of(friend);
        if (state.Link is { } replaced)
            _links.Remove(replaced);
        _links[link] = state;
        (state.Link, state.Told, state.Wanted, state.Answering) = (link, null, null, null);
        _isStale = true;
        Tell(state);
    }

    public void HandleClosed(LinkId link)
    {
        if (!_links.Remove(link, out var state))
            return;
        (state.Link, state.Told, state.Wanted, state.Answering) = (null, null, null, null);
        _isStale = true;
    }

    public void HandleRemoved(FriendId friend)
    {
        if (_friends.Remove(friend, out var state) && state.Link is { } link)
            _links.Remove(link);
        _isStale = true;
    }

    /// <summary>What we show this friend has this head.</summary>
    public void HandleView(FriendId friend, CatalogHead head)
    {
        var state = Of(friend);
        state.View = head;
        Tell(state);
    }

    /// <summary>The friend told its head.</summary>
    public void HandleHead(LinkId link, Head message, Instant now)
    {
        if (!_links.TryGetValue(link, out var state))
            return;
        if (!TryRead(message, out var head))
        {
            effects.Enqueue(new Effect.CloseLink(link, CloseCode.Malformed));
            return;
        }

        state.Wanted = head;
        state.IsNews = true;
        Ask(state, now);
    }

    /// <summary>The store holds this; the answer to SyncCatalog, or at start.</summary>
    public void HandleHeld(FriendId friend, CatalogHead head, Instant now)
    {
        var state = Of(friend);
        state.Held = head;
        var asked = state.Asking is not null;
        state.Asking = null;
        if (asked)
            Rest(state, now);
        // A friend that gives other than it tells, and tells nothing new, is not asked in a loop.
        if (asked && state.Wanted is { } wanted && wanted != head && !state.IsNews)
            Delay(state, lasting: false, now);
        else
            state.Failures = 0;
        Ask(state, now);
    }

    /// <summary>The answer to SyncCatalog if nothing could be had.</summary>
    public void HandleFailed(FriendId friend, string why, bool lasting, Instant now)
    {
        if (!_friends.TryGetValue(friend, out var state))
            return;
        var asked = state.Asking;
        state.Asking = null;
        if (lasting || (asked is not null && asked == state.Link))
        {
            Delay(state, lasting, now);
            effects.Enqueue(new Effect.CatalogWaits(friend, why));
        }

        Ask(state, now);
    }

    /// <summary>The friend asks for its view.</summary>
    public void HandleRequest(LinkId link, StreamId stream, CatalogRequest request)
    {
        if (!_links.TryGetValue(link, out var state))
            return;
        if (request.HaveRoot.Length is not (0 or Hash256.Size))
            effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Malformed));
        else if ((state.Answering ??= []).Count >= Limits.CatalogAnswersMax)
            effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Busy));
        else if (state.Answering.Add(stream))
            effects.Enqueue(new Effect.ServeCatalog(link, stream, state.Friend, request));
    }

    public void HandleServed(LinkId link, StreamId stream)
    {
        if (_links.TryGetValue(link, out var state))
            state.Answering?.Remove(stream);
    }

    public void Poll(Instant now)
    {
        if (!(Deadline <= now))
            return;
        foreach (var state in _links.Values)
            Ask(state, now);
    }

    private Instant? Earliest()
    {
        Instant? first = null;
        foreach (var friend in _links.Values)
        {
            if (friend.IsDue && (first is null || friend.RetryAt < first))
                first = friend.RetryAt;
        }

        return first;
    }

    private FriendCatalog Of(FriendId friend)
    {
        if (!_friends.TryGetValue(friend, out var state))
            _friends.Add(friend, state = new FriendCatalog(friend));
        return state;
    }

    private void Tell(FriendCatalog state)
    {
        if (state.Link is not { } link || state.View is not { } view || state.Told == view)
            return;
        state.Told = view;
        var head = new Head
        {
            Root = ByteString.CopyFrom(view.Root.ToArray()),
            Entries = (ulong)view.Entries,
            Bytes = (ulong)view.Bytes,
        };
        effects.Enqueue(new Effect.Send(link, new Message { Head = head }));
    }

    // What changes Wanted, Held, Asking or RetryAt comes through here, or says so itself.
    private void Ask(FriendCatalog state, Instant now)
    {
        _isStale = true;
        if (!state.IsDue || state.Link is not { } link || state.Wanted is not { } wanted)
            return;
        if (wanted.Entries > entriesMax)
        {
            if (state.IsNews && now >= state.SayAgainAt)
            {
                state.SayAgainAt = now + SayPause;
                effects.Enqueue(new Effect.CatalogWaits(state.Friend, TooMany(wanted)));
            }

            state.IsNews = false;
            state.Wanted = null;
            return;
        }

        if (now < state.RetryAt)
            return;
        (state.Asking, state.AskedAt, state.IsNews) = (link, now, false);
        effects.Enqueue(new Effect.SyncCatalog(link, state.Friend, wanted));
    }

    private string TooMany(CatalogHead head) =>
        $"The catalog has {head.Entries:N0} entries; this node takes {entriesMax:N0} of a friend.";

    // A friend whose catalog takes long to bring here, and changes all the time, keeps us busy a
    // fifth of the time.
    private static void Rest(FriendCatalog state, Instant now)
    {
        var spent = (now - state.AskedAt).TotalSeconds;
        var seconds = Math.Min(RestFactor * spent, RestSecondsMax);
        state.RetryAt = now + TimeSpan.FromSeconds(seconds);
    }

    private void Delay(FriendCatalog state, bool lasting, Instant now)
    {
        var (first, most) = lasting
            ? (Limits.CatalogLastingSeconds, Limits.CatalogLastingSecondsMax)
            : (1, Limits.CatalogRetrySecondsMax);
        var seconds = Math.Min(most, first * Math.Pow(2, Math.Min(state.Failures, 20)));
        state.Failures = Math.Min(state.Failures + 1, 20);
        Span<byte> random = stackalloc byte[4];
        entropy.Fill(random);
        var part = BinaryPrimitives.ReadUInt32LittleEndian(random) / (double)uint.MaxValue;
        state.RetryAt = now + TimeSpan.FromSeconds(seconds * (0.5 + (part / 2)));
    }

    private static bool TryRead(Head message, out CatalogHead head)
    {
        head = default;
        var isHead =
            message.Root.Length == Hash256.Size
            && message.Entries <= long.MaxValue
            && message.Bytes <= long.MaxValue;
        if (isHead)
        {
            var root = new Hash256(message.Root.Span);
            head = new CatalogHead(root, (long)message.Entries, (long)message.Bytes);
        }

        return isHead;
    }

    private sealed class FriendCatalog(FriendId friend)
    {
        internal FriendId Friend { get; } = friend;

        /// <summary>The link in use.</summary>
        internal LinkId? Link { get; set; }

        /// <summary>What we show the friend.</summary>
        internal CatalogHead? View { get; set; }

        /// <summary>What of it we told on this link.</summary>
        internal CatalogHead? Told { get; set; }

        /// <summary>What our store holds of the friend; nothing at first.</summary>
        internal CatalogHead Held { get; set; }

        /// <summary>What the friend told last on this link.</summary>
        internal CatalogHead? Wanted { get; set; }

        /// <summary>Whether Wanted came after the last question.</summary>
        internal bool IsNews { get; set; }

        /// <summary>The link a question went out on; its answer will come.</summary>
        internal LinkId? Asking { get; set; }

        internal Instant AskedAt { get; set; }

        internal int Failures { get; set; }

        internal Instant RetryAt { get; set; }

        /// <summary>A friend that tells nonsense in a loop fills no log.</summary>
        internal Instant SayAgainAt { get; set; }

        internal HashSet<StreamId>? Answering { get; set; }

        internal bool IsDue => Asking is null && Wanted is { } wanted && wanted != Held;
    }
}
