using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Which of the pseudonyms held here are told on: as many as a friend keeps of us. Should there
/// be more, <see cref="Turns"/> shares the places among the friends who offer them.
/// </summary>
internal sealed class Places(Directory directory, IEntropy entropy)
{
    /// <summary>Entries, ours included, that each of our friends has room for.</summary>
    internal const long EntriesMax = Limits.CircleEntriesPerFriendMax - Limits.CircleOwnEntriesMax;

    // A head of few entries takes a place all the same.
    private const long EntriesLeast =
        (EntriesMax + Limits.HeadsPerFriendMax - 1) / Limits.HeadsPerFriendMax;

    private const long BytesPerEntry =
        (Limits.CircleBytesPerFriendMax - Limits.CircleOwnBytesMax) / EntriesMax;

    private static readonly TimeSpan Fold = TimeSpan.FromMilliseconds(Limits.HeadFoldMilliseconds);

    private Turns? _turns;
    private long _entries;
    private int _waiting;

    /// <summary>It has a place now, or has none any more; what it was before.</summary>
    internal Action<Known, Reach>? Changed { get; set; }

    /// <summary>When places are to be shared anew; null: they are.</summary>
    internal Instant? Deadline { get; private set; }

    /// <summary>A pseudonym's state has changed, and is not told yet.</summary>
    internal void Note(Known known)
    {
        var entries = EntriesOf(known);
        var isWaiting = known is { PlaceEntries: > 0, HasPlace: false };
        _waiting -= isWaiting ? 1 : 0;
        _entries += entries - known.PlaceEntries;
        known.PlaceEntries = (int)entries;
        known.HasPlace = entries > 0 && (known.HasPlace || known.IsOwn || _entries <= EntriesMax);
        _waiting += entries > 0 && !known.HasPlace ? 1 : 0;
        if (_entries > EntriesMax || _waiting > 0)
            Deadline ??= directory.Now + Fold;
    }

    internal void Poll()
    {
        if (Deadline <= directory.Now)
            Share();
    }

    /// <summary>Shares what has changed without waiting for more.</summary>
    internal void Share()
    {
        if (Deadline is null)
            return;
        Deadline = null;
        var chosen = _entries > EntriesMax ? Choose() : null;
        _waiting = 0;
        foreach (var known in directory.All)
        {
            if (known.PlaceEntries == 0)
                continue;
            var hasPlace = chosen?.Contains(known) ?? true;
            _waiting += hasPlace ? 0 : 1;
            if (hasPlace == known.HasPlace)
                continue;
            var before = Reach.Of(known);
            known.HasPlace = hasPlace;
            Changed?.Invoke(known, before);
        }
    }

    /// <summary>What it counts for if told by the word of this friend; below 0: of anybody.
    /// </summary>
    /// <remarks>Whoever brought the content answers for its bytes: another could blow them up.
    /// </remarks>
    internal static long EntriesOf(Known known, int slot)
    {
        var entries = Math.Max(known.Held!.Head.Content.Entries, EntriesLeast);
        return slot < 0 || slot == known.Sponsor
            ? Math.Max(entries, known.Encoded / BytesPerEntry)
            : entries;
    }

    private long EntriesOf(Known known) =>
        known.Held is { } head
        && !head.HasExpired(directory.Now)
        && Reach.Of(known).First < head.Head.Horizon
            ? EntriesOf(known, -1)
            : 0;

    private HashSet<Known> Choose()
    {
        _turns ??= new Turns(entropy);
        return _turns.Choose(directory.All.Where(known => known.PlaceEntries > 0), EntriesMax);
    }
}
