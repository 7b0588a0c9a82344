using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Holdings;

/// <summary>A friend holds those, and knows what it speaks of.</summary>
public delegate void RunsHeld(SourceId source, IReadOnlyList<HeldRuns> held, Instant now);

/// <summary>
/// Friends that fetch the same find each other: each says what it seeks by tags that only who
/// knows the content can read, and is told the runs that the others hold.
/// Getter: <see cref="Deadline"/>. <c>Handle…</c> for what happens.
/// </summary>
/// <param name="isOn">False: nothing is sought, told or kept.</param>
public sealed class PartHolders(
    FriendId self,
    IEntropy entropy,
    Queue<Effect> effects,
    bool isOn,
    RunsHeld held
)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(Limits.SeekMilliseconds);
    private static readonly TimeSpan Fold = TimeSpan.FromMilliseconds(Limits.HoldFoldMilliseconds);
    private readonly Dictionary<LinkId, Neighbour> _friends = [];
    private readonly HeldContents _contents = new();
    private readonly Telling _telling = new(self, effects);
    private Instant? _tellAt;

    /// <summary>When a Tick is due; null: something else comes first.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Told of a friend that fetches a content that we fetch or have fetched.</summary>
    public Action<FriendId, ContentId>? Sought { get; set; }

    /// <summary>Friends that fetch that content, which we fetch or have fetched.</summary>
    public IEnumerable<FriendId> SeekersOf(ContentId id) =>
        _contents.Find(id) is { } holding
            ? _friends.Values.Where(f => f.Told.ContainsKey(holding)).Select(f => f.Friend)
            : [];

    public void HandleOpened(LinkId link, FriendId friend, Instant now)
    {
        if (!isOn)
            return;
        _friends[link] = new(link, friend);
        Poll(now);
    }

    public void HandleClosed(LinkId link) => _friends.Remove(link);

    /// <summary>A run of that content is verified and written.</summary>
    public void HandleStored(ContentId id, int run, Instant now)
    {
        // The hot one: a deadline that is set stands.
        if (_contents.Find(id) is not { } holding || !holding.Add(run) || _tellAt is not null)
            return;
        _tellAt = now + Fold;
        Deadline = Instant.Earliest(Deadline, _tellAt);
    }

    public void Handle(Input input, Instant now)
    {
        switch (input)
        {
            case Input.Download { IsQuiet: false } download when isOn:
                Add(download.Transfer, download.Files, now);
                break;
            case Input.DownloadHeld done when isOn:
                Add(done.Transfer, [.. done.Files.Select(Whole)], now);
                break;
            case Input.DownloadPaused paused:
                Remove(paused.Transfer);
                break;
            case Input.DownloadCancelled cancelled:
                Remove(cancelled.Transfer);
                break;
            case Input.DownloadForgotten forgotten:
                Remove(forgotten.Transfer);
                break;
            case Input.ContentGone gone when _contents.Remove(gone.Content) is { } holding:
                Forget([holding]);
                break;
            case Input.Tick:
                Poll(now);
                break;
            default:
                break;
        }
    }

    public void HandleSeeks(LinkId link, Seeks seeks, Instant now)
    {
        if (!_friends.TryGetValue(link, out var friend))
            return;
        friend.Unread = seeks;
        Poll(now);
    }

    public void HandleHolds(LinkId link, Holds holds, Instant now)
    {
        // What answers an older list of ours names other contents.
        if (!_friends.TryGetValue(link, out var friend) || holds.Seek != friend.SoughtName)
            return;
        if (!friend.TryHear(now))
            return;
        List<HeldRuns> all = [];
        foreach (var piece in holds.Held)
        {
            if (piece.Tag >= friend.Sought.Count)
                continue;
            var id = friend.Sought[(int)piece.Tag];
            // Asking names the content: who does not know it must not learn it so.
            if (piece.Proof != SeekTags.Of(friend.SoughtNonce, friend.Friend, id))
                continue;
            if (HeldBits.Read(piece, MerkleTree.RunCount(id.Length)) is { } runs)
                all.Add(new(id, runs));
        }

        if (all.Count > 0)
            held(SourceId.Of(friend.Friend), all, now);
    }

    private static WantedFile Whole(ContentId id)
    {
        var have = new byte[(MerkleTree.RunCount(id.Length) + 7) / 8];
        have.AsSpan().Fill(0xFF);
        return new(id, have);
    }

    private void Add(TransferId transfer, IReadOnlyList<WantedFile> files, Instant now)
    {
        Remove(transfer);
        var (fresh, gone) = _contents.Add(transfer, files);
        Forget(gone);
        foreach (var holding in fresh)
        {
            foreach (var friend in _friends.Values)
            {
                friend.MustSeek = true;
                Telling.Match(friend, holding);
            }
        }

        _tellAt ??= now + Fold;
        Poll(now);
    }

    private void Remove(TransferId transfer) => Forget(_contents.Remove(transfer));

    private void Forget(List<Holding> gone)
    {
        foreach (var holding in gone)
        {
            foreach (var friend in _friends.Values)
                friend.Told.Remove(holding);
        }
    }

    private void Poll(Instant now)
    {
        var isDue = _tellAt <= now;
        _tellAt = isDue ? null : _tellAt;
        Deadline = null;
        foreach (var friend in _friends.Values)
        {
            if (friend.MustSeek && friend.SeekFrom <= now)
                Seek(friend, now);
            var isNew = friend.Unread is not null && friend.ReadFrom <= now;
            if (isNew)
                Read(friend, now);
            if ((isDue || isNew) && _telling.Tell(friend))
                _tellAt ??= now + Fold;
            if (friend.MustSeek)
                Deadline = Instant.Earliest(Deadline, friend.SeekFrom);
            if (friend.Unread is not null)
                Deadline = Instant.Earliest(Deadline, friend.ReadFrom);
        }

        Deadline = Instant.Earliest(Deadline, _tellAt);
    }

    private void Read(Neighbour friend, Instant now)
    {
        var before = friend.Told.Keys.ToHashSet();
        Telling.Read(friend, _contents.All, now);
        foreach (var holding in friend.Told.Keys.Where(holding => !before.Contains(holding)))
            Sought?.Invoke(friend.Friend, holding.Id);
    }

    private void Seek(Neighbour friend, Instant now)
    {
        (friend.MustSeek, friend.SeekFrom) = (false, now + Apart);
        var sought = _contents.Sought();
        if (sought.Count == 0 && friend.Sought.Count == 0)
            return;
        Span<byte> nonce = stackalloc byte[Limits.SeekNonceBytes];
        entropy.Fill(nonce);
        var tags = new byte[sought.Count * sizeof(ulong)];
        for (var tag = 0; tag < sought.Count; tag++)
        {
            var value = SeekTags.Of(nonce, self, sought[tag]);
            BinaryPrimitives.WriteUInt64LittleEndian(tags.AsSpan(tag * sizeof(ulong)), value);
        }

        (friend.Sought, friend.SoughtName) = (sought, SeekTags.Name(nonce));
        friend.SoughtNonce = nonce.ToArray();
        var seeks = new Seeks
        {
            Nonce = ByteString.CopyFrom(nonce),
            Tags = ByteString.CopyFrom(tags),
        };
        effects.Enqueue(new Effect.Send(friend.Link, new Message { Seeks = seeks }));
    }
}
