using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Circles;

/// <summary>What the friend knows of a pseudonym by our word; no head: nothing.</summary>
internal readonly record struct Sent(SignedHead? Head, byte Hops);

/// <summary>What goes over one link: the pseudonyms whose state the friend does not know.
/// </summary>
internal sealed class Outbox(LinkId link)
{
    // Beside the head: tags, lengths and hops of one piece of news, and its own tag and length.
    private const int NewsBytes = SignedHead.Bytes + 16;

    private Dictionary<Known, Sent> _news = [];
    private readonly Queue<(int Group, List<Known> Members)> _clearing = [];
    private Dictionary<Known, ulong>? _eager;
    private int _underWay;

    // False: no news is that something is gone, so they need not be searched for it.
    private bool _mayGo;

    internal LinkId Link { get; } = link;

    /// <summary>It is known what the friend holds, so that changes can be told.</summary>
    internal bool IsTelling { get; set; }

    /// <summary>The depth of the nodes that were asked for; 0: none.</summary>
    internal int Asked { get; set; }

    /// <summary>When the news are due; null: there are none, or the window is full.</summary>
    internal Instant? HeldUntil { get; set; }

    /// <summary>What ranks behind it is not told; null: the bound is not reached.</summary>
    internal Rank? Last { get; set; }

    /// <summary>Takes note of a change.</summary>
    internal void Add(Known known, Sent knows)
    {
        _news.TryAdd(known, knows);
        _mayGo |= knows.Head is not null;
    }

    /// <summary>All under this prefix is to be told, and replaces what is held there.</summary>
    internal void Clear(int group, List<Known> members) => _clearing.Enqueue((group, members));

    /// <summary>The friend asked this link for it and has it now at that root.</summary>
    internal void SetEager(Known known, ulong root) => (_eager ??= [])[known] = root;

    internal void SetLazy(IReadOnlyCollection<ulong> tags)
    {
        foreach (var known in _eager?.Keys.Where(known => tags.Contains(known.Id.Tag)) ?? [])
            _eager!.Remove(known);
    }

    /// <summary>False: more than is under way.</summary>
    internal bool TryTaken(uint heads)
    {
        if (heads > _underWay)
            return false;
        _underWay -= (int)heads;
        return true;
    }

    /// <summary>The next message as far as the window allows; null: nothing may be sent.</summary>
    internal Heads? Next(Neighbour to, Deltas deltas, Instant now)
    {
        var space = Limits.HeadsWindowMax - _underWay;
        if (space <= 0)
            return null;
        var heads = new Heads();
        if (_clearing.Count > 0)
            AddCleared(heads, to, space, now);
        else
            AddNews(heads, to, Math.Min(space, Limits.HeadsBatchMax), deltas, now);
        // Most of the time there is none, and a dictionary keeps its size.
        if (_news.Count == 0)
            _news = [];
        if (heads.News.Count == 0 && heads.Cleared.IsEmpty)
            return null;
        _underWay += Math.Max(1, heads.News.Count);
        return heads;
    }

    private void AddCleared(Heads heads, Neighbour to, int space, Instant now)
    {
        var cleared = new List<byte>();
        while (_clearing.TryPeek(out var group))
        {
            foreach (var known in _news.Keys.Where(known => IsIn(known, group.Group)))
            {
                _news.Remove(known);
                if (!group.Members.Contains(known))
                    group.Members.Add(known);
            }

            List<HeadNews> told = [];
            foreach (var known in group.Members)
            {
                if (ToldSet.HopsFor(known, to, now) is { } hops)
                    told.Add(NewsOf(known.Held!, hops));
            }

            if (heads.News.Count + told.Count > space)
            {
                // A group that cannot wait for the window to hold it: the rest comes as news.
                if (cleared.Count > 0 || told.Count <= Limits.HeadsTakenEvery)
                    break;
                foreach (var known in group.Members)
                    _news.TryAdd(known, default);
                told.Clear();
            }

            _clearing.Dequeue();
            heads.News.AddRange(told);
            cleared.Add((byte)group.Group);
        }

        heads.Cleared = ByteString.CopyFrom([.. cleared]);
        heads.ClearedDepth = (uint)(cleared.Count > 0 ? Asked : 0);
    }

    private bool IsIn(Known known, int group) => ToldSet.Group(known.Id.Key, Asked) == group;

    // Those that are gone first, so that the friend never holds more than may be told.
    private void AddNews(Heads heads, Neighbour to, int space, Deltas deltas, Instant now)
    {
        foreach (var (known, knows) in _mayGo ? _news : [])
        {
            if (heads.News.Count == space)
                return;
            if (ToldSet.HopsFor(known, to, now) is not null)
                continue;
            _news.Remove(known);
            if (knows.Head is not null)
            {
                var gone = ByteString.CopyFrom(known.Id.Key.ToArray());
                heads.News.Add(new HeadNews { Gone = gone });
            }
        }

        _mayGo = false;
        var bytes = heads.News.Count * NewsBytes;
        foreach (var (known, knows) in _news)
        {
            // What is none now has never been told, or has expired with the friend, too.
            var hops = ToldSet.HopsFor(known, to, now) ?? 0;
            var head = known.Held;
            if (hops == 0 || head is null || knows == new Sent(head, hops))
            {
                _news.Remove(known);
                continue;
            }

            var delta = DeltaTo(known, deltas);
            bytes += NewsBytes + delta.Length;
            if (heads.News.Count == space || bytes > Limits.HeadsBytesMax)
                return;
            _news.Remove(known);
            var news = NewsOf(head, hops);
            news.Delta = Wrap(delta);
            heads.News.Add(news);
            if (_eager?.ContainsKey(known) == true)
                _eager[known] = head.Head.Content.Root.Tag;
        }
    }

    private ReadOnlyMemory<byte> DeltaTo(Known known, Deltas deltas) =>
        _eager is not null && _eager.TryGetValue(known, out var root)
            ? deltas.Between(known, root)
            : default;

    private static HeadNews NewsOf(SignedHead head, int hops) =>
        new() { Head = Wrap(head.Encoded), Hops = (uint)hops };

    private static ByteString Wrap(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
