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
    // Beside head and proof: tags, lengths and hops of one piece of news, its own tag and length.
    private const int NewsBytes = SignedHead.Bytes + PossessionProof.Bytes + 18;

    private readonly Dictionary<PseudonymId, Sent> _news = [];
    private readonly Queue<(int Group, List<PseudonymId> Members)> _clearing = [];

    // Roots by tags of pseudonyms. Should two have one tag, a delta does not fit and is left out.
    private Dictionary<ulong, ulong>? _eager;
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

    /// <summary>Takes note of a change.</summary>
    internal void Add(Known known, Sent knows)
    {
        _news.TryAdd(known.Id, knows);
        _mayGo |= knows.Head is not null;
    }

    /// <summary>All under this prefix is to be told, and replaces what is held there.</summary>
    internal void Clear(int group, List<PseudonymId> members) =>
        _clearing.Enqueue((group, members));

    /// <summary>The friend asked this link for it and has it now at that root.</summary>
    internal void SetEager(Known known, ulong root) => (_eager ??= [])[known.Id.Tag] = root;

    internal void SetLazy(IReadOnlyCollection<ulong> tags)
    {
        foreach (var tag in tags)
            _eager?.Remove(tag);
    }

    /// <summary>It is known no more: that it is gone is still to be told, if it was told.</summary>
    internal void Forget(PseudonymId id)
    {
        _eager?.Remove(id.Tag);
        if (_news.TryGetValue(id, out var knows) && knows.Head is null)
            _news.Remove(id);
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
    internal Heads? Next(Neighbour to, Deltas deltas, Directory directory)
    {
        var space = Limits.HeadsWindowMax - _underWay;
        if (space <= 0)
            return null;
        var heads = new Heads();
        if (_clearing.Count > 0)
            AddCleared(heads, to, space, directory);
        else
            AddNews(heads, to, Math.Min(space, Limits.HeadsBatchMax), deltas, directory);
        if (heads.News.Count == 0 && heads.Cleared.IsEmpty)
            return null;
        _underWay += Math.Max(1, heads.News.Count);
        return heads;
    }

    private void AddCleared(Heads heads, Neighbour to, int space, Directory directory)
    {
        var cleared = new List<byte>();
        while (_clearing.TryPeek(out var group))
        {
            foreach (var id in _news.Keys.Where(id => IsIn(id, group.Group)))
            {
                _news.Remove(id);
                if (!group.Members.Contains(id))
                    group.Members.Add(id);
            }

            List<HeadNews> told = [];
            foreach (var id in group.Members)
            {
                if (Told(id, to, directory) is ({ } head, var hops))
                    told.Add(NewsOf(head, hops));
            }

            if (heads.News.Count + told.Count > space)
            {
                // A group that cannot wait for the window to hold it: the rest comes as news.
                if (cleared.Count > 0 || told.Count <= Limits.HeadsTakenEvery)
                    break;
                foreach (var id in group.Members)
                    _news.TryAdd(id, default);
                told.Clear();
            }

            _clearing.Dequeue();
            heads.News.AddRange(told);
            cleared.Add((byte)group.Group);
        }

        heads.Cleared = ByteString.CopyFrom([.. cleared]);
        heads.ClearedDepth = (uint)(cleared.Count > 0 ? Asked : 0);
    }

    private bool IsIn(PseudonymId id, int group) => ToldSet.Group(id.Key, Asked) == group;

    // What the friend is told of it now; no head: nothing.
    private static Sent Told(PseudonymId id, Neighbour to, Directory directory) =>
        directory.Find(id) is { } known && ToldSet.HopsFor(known, to, directory.Now) is { } hops
            ? new Sent(known.Held, hops)
            : default;

    // Those that are gone first, so that the friend never holds more than may be told.
    private void AddNews(Heads heads, Neighbour to, int space, Deltas deltas, Directory directory)
    {
        foreach (var (id, knows) in _mayGo ? _news : [])
        {
            if (heads.News.Count == space)
                return;
            if (Told(id, to, directory).Head is not null)
                continue;
            _news.Remove(id);
            if (knows.Head is not null)
            {
                var gone = ByteString.CopyFrom(id.Key.ToArray());
                heads.News.Add(new HeadNews { Gone = gone });
            }
        }

        _mayGo = false;
        var bytes = heads.News.Count * NewsBytes;
        foreach (var (id, knows) in _news)
        {
            // What is none now has never been told, or has expired with the friend, too.
            var (head, hops) = Told(id, to, directory);
            if (head is null || knows == new Sent(head, hops))
            {
                _news.Remove(id);
                continue;
            }

            var delta = DeltaTo(directory.Find(id)!, deltas);
            bytes += NewsBytes + delta.Length;
            if (heads.News.Count == space || bytes > Limits.HeadsBytesMax)
                return;
            _news.Remove(id);
            var news = NewsOf(head, hops);
            news.Delta = Wrap(delta);
            heads.News.Add(news);
            if (_eager?.ContainsKey(id.Tag) == true)
                _eager[id.Tag] = head.Head.Content.Root.Tag;
        }
    }

    private ReadOnlyMemory<byte> DeltaTo(Known known, Deltas deltas) =>
        _eager is not null && _eager.TryGetValue(known.Id.Tag, out var root)
            ? deltas.Between(known, root)
            : default;

    private static HeadNews NewsOf(SignedHead head, int hops) =>
        new() { Head = Wrap(head.Encoded), Hops = (uint)hops };

    private static ByteString Wrap(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
