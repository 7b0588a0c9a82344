using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Circles;

/// <summary>Keeps each linked friend at the set that it is to be told.</summary>
internal sealed class Telling(
    Directory directory,
    Places places,
    Deltas deltas,
    ProveOwn prove,
    Queue<Effect> effects
)
{
    // Up to here the 16 nodes of depth 1 part the set well enough.
    private const int ShallowMax = 64;

    private static readonly TimeSpan Fold = TimeSpan.FromMilliseconds(Limits.HeadFoldMilliseconds);

    // All wait equally long, so that they come due in this order.
    private readonly Queue<(Neighbour Neighbour, Outbox Outbox, Instant At)> _due = [];

    // Links whose comparison waits since the friend's came too fast.
    private readonly List<(Neighbour Neighbour, Inbox Inbox, Instant At)> _waiting = [];

    internal Instant? Deadline =>
        Instant.Earliest(
            _due.TryPeek(out var first) ? first.At : null,
            _waiting.Count > 0 ? _waiting.Min(one => one.At) : null
        );

    /// <summary>A link is up: say what is held of what the friend told, unless its links come
    /// too fast for that: then in a while.</summary>
    internal void HandleOpened(Neighbour neighbour)
    {
        _waiting.RemoveAll(one => one.Neighbour == neighbour);
        neighbour.Compares ??= new TokenBucket(
            1,
            Limits.CompareSeconds * Limits.ComparesBurst,
            directory.Now
        );
        var at = neighbour.Compares.When(Limits.CompareSeconds, directory.Now);
        if (at <= directory.Now)
        {
            Compare(neighbour);
            return;
        }

        neighbour.Inbox!.ComparesAt = at;
        _waiting.Add((neighbour, neighbour.Inbox, at));
    }

    private void Compare(Neighbour neighbour)
    {
        neighbour.Compares!.Charge(Limits.CompareSeconds, directory.Now);
        var inbox = neighbour.Inbox!;
        inbox.ComparesAt = null;
        var root = ToldSet.Root(directory.Taken(neighbour));
        var have = new HeadsHave { Root = ByteString.CopyFrom(root.ToArray()) };
        Send(neighbour.Outbox!, new Message { HeadsHave = have });
        if (inbox.Have is { } said)
            Answer(neighbour, said);
        if (inbox.Ask is { } asked)
            Answer(neighbour, asked);
        (inbox.Have, inbox.Ask) = (null, null);
    }

    /// <summary>What is told of a pseudonym may have changed.</summary>
    internal void Note(Known known, Reach before, int slot)
    {
        var after = Reach.Of(known);
        if (before.Head is null && after.Head is null)
            return;
        if (after.DiffersForAll(before))
        {
            foreach (var neighbour in directory.Linked)
                Note(neighbour, known, before, after);
            return;
        }

        // Whoever brings it on the shortest way is told of the next shortest.
        Note(slot, known, before, after);
        Note(before.FirstSlot, known, before, after);
        Note(after.FirstSlot, known, before, after);
    }

    /// <summary>The friend holds that of what we told before.</summary>
    internal void HandleHave(Neighbour neighbour, HeadsHave have)
    {
        var (outbox, inbox) = (neighbour.Outbox!, neighbour.Inbox!);
        if (inbox.HasCompared)
        {
            Malformed(outbox);
            return;
        }

        inbox.HasCompared = true;
        if (inbox.ComparesAt is null)
            Answer(neighbour, have);
        else
            inbox.Have = have;
    }

    private void Answer(Neighbour neighbour, HeadsHave have)
    {
        var outbox = neighbour.Outbox!;
        places.Share();
        var told = directory.Told(neighbour);
        var root = new Hash256(have.Root.Span);
        if (root == ToldSet.Root(told))
        {
            outbox.IsTelling = true;
        }
        else if (root.IsZero)
        {
            outbox.IsTelling = true;
            foreach (var item in told)
                outbox.Add(directory.Find(new PseudonymId(item.Key))!, default);
            Flush(neighbour);
        }
        else
        {
            outbox.Asked = told.Count <= ShallowMax ? 1 : 2;
            var ask = new HeadsAsk { Depth = (uint)outbox.Asked };
            Send(outbox, new Message { HeadsAsk = ask });
        }
    }

    /// <summary>The friend asks for the nodes over what it told us.</summary>
    internal void HandleAsk(Neighbour neighbour, HeadsAsk ask)
    {
        var (outbox, inbox) = (neighbour.Outbox!, neighbour.Inbox!);
        if (inbox.HasAsked)
        {
            Malformed(outbox);
            return;
        }

        inbox.HasAsked = true;
        if (inbox.ComparesAt is null)
            Answer(neighbour, ask);
        else
            inbox.Ask = ask;
    }

    private void Answer(Neighbour neighbour, HeadsAsk ask)
    {
        var tags = ToldSet.Tags(directory.Taken(neighbour), (int)ask.Depth);
        var nodes = new HeadsNodes { Depth = ask.Depth, Nodes = ByteString.CopyFrom(tags) };
        Send(neighbour.Outbox!, new Message { HeadsNodes = nodes });
    }

    /// <summary>The nodes over what the friend holds: tell the groups that differ.</summary>
    internal void HandleNodes(Neighbour neighbour, HeadsNodes nodes)
    {
        var outbox = neighbour.Outbox!;
        if (outbox.IsTelling || outbox.Asked != (int)nodes.Depth)
        {
            Malformed(outbox);
            return;
        }

        outbox.IsTelling = true;
        var told = directory.Told(neighbour);
        var mine = ToldSet.Tags(told, outbox.Asked).AsSpan();
        var theirs = nodes.Nodes.Span;
        var members = told.ToLookup(item => ToldSet.Group(item.Key, outbox.Asked));
        for (var at = 0; at < mine.Length; at += sizeof(ulong))
        {
            var group = at / sizeof(ulong);
            if (!mine.Slice(at, sizeof(ulong)).SequenceEqual(theirs.Slice(at, sizeof(ulong))))
                outbox.Clear(group, [.. members[group].Select(item => new PseudonymId(item.Key))]);
        }

        Flush(neighbour);
    }

    internal void HandleTaken(Neighbour neighbour, HeadsTaken taken)
    {
        var outbox = neighbour.Outbox!;
        if (!outbox.TryTaken(taken.Heads))
        {
            Malformed(outbox);
            return;
        }

        outbox.SetLazy(taken.Lazy);
        if (outbox is { HeldUntil: null, IsTelling: true })
            Flush(neighbour);
    }

    /// <summary>Nobody tells of it any more, and it is not held.</summary>
    internal void Forget(Known known)
    {
        foreach (var neighbour in directory.Linked)
            neighbour.Outbox!.Forget(known.Id);
    }

    internal void Poll()
    {
        foreach (var one in _waiting.FindAll(one => one.At <= directory.Now))
        {
            _waiting.Remove(one);
            if (one.Neighbour.Inbox == one.Inbox)
                Compare(one.Neighbour);
        }

        while (_due.TryPeek(out var first) && first.At <= directory.Now)
        {
            _due.Dequeue();
            if (first.Neighbour.Outbox == first.Outbox && first.Outbox.HeldUntil == first.At)
                Flush(first.Neighbour);
        }
    }

    internal void Malformed(Outbox outbox) =>
        effects.Enqueue(new Effect.CloseLink(outbox.Link, CloseCode.Malformed));

    private void Note(int slot, Known known, in Reach before, in Reach after)
    {
        if (slot >= 0 && directory.At(slot) is { } neighbour)
            Note(neighbour, known, before, after);
    }

    private void Note(Neighbour neighbour, Known known, in Reach before, in Reach after)
    {
        if (neighbour.Outbox is not { IsTelling: true } outbox)
            return;
        var knows = Told(before, neighbour);
        if (knows == Told(after, neighbour))
            return;
        outbox.Add(known, knows);
        if (outbox.HeldUntil is not null)
            return;
        var at = directory.Now + Fold;
        outbox.HeldUntil = at;
        _due.Enqueue((neighbour, outbox, at));
    }

    private Sent Told(in Reach reach, Neighbour neighbour) =>
        ToldSet.HopsFor(reach, neighbour.Slot, directory.Now) is { } hops
            ? new Sent(reach.Head, hops)
            : default;

    private void Flush(Neighbour neighbour)
    {
        var outbox = neighbour.Outbox!;
        outbox.HeldUntil = null;
        while (outbox.Next(neighbour, deltas, directory) is { } heads)
        {
            foreach (var news in heads.News)
                Prove(news, neighbour.Friend);
            Send(outbox, new Message { Heads = heads });
        }
    }

    // What is told without a proof is taken for a lie, so its key outlives every such head.
    private void Prove(HeadNews news, FriendId receiver)
    {
        if (
            news.Hops == 1
            && SignedHead.TryPeek(news.Head.Span, out var pseudonym)
            && directory.Find(pseudonym)!.Held is { IsWithdrawal: false }
        )
            news.Proof = UnsafeByteOperations.UnsafeWrap(prove(pseudonym, receiver));
    }

    private void Send(Outbox outbox, Message message) =>
        effects.Enqueue(new Effect.Send(outbox.Link, message));
}
