using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>Takes what friends tell, whole messages at once.</summary>
internal sealed class Taking(
    Directory directory,
    Telling telling,
    Fetching fetching,
    ReadHead readHead,
    HoldsProof holdsProof,
    Queue<Effect> effects
)
{
    private const long MicrosecondsInSecond = 1_000_000;

    // Those that are owed a count, and wait for their rate.
    private readonly List<Neighbour> _owed = [];

    internal Instant? Deadline { get; private set; }

    internal void HandleHeads(Neighbour neighbour, Heads heads)
    {
        if (
            !neighbour.Inbox!.TryTake(heads.News.Count, Looks(neighbour, heads), directory.Now)
            || Read(neighbour, heads) is not { } news
        )
        {
            telling.Malformed(neighbour.Outbox!);
            return;
        }

        var changes = new List<OfferChange>();
        if (!heads.Cleared.IsEmpty)
            Clear(neighbour, heads, news, changes);
        foreach (var item in news)
            Take(neighbour, item, changes);
        if (changes.Count > 0)
            effects.Enqueue(new Effect.KeepOffers(neighbour.Friend, changes));
        if (!_owed.Contains(neighbour))
            _owed.Add(neighbour);
    }

    /// <summary>Says what was taken, as soon as the rate allows.</summary>
    internal void Poll()
    {
        Deadline = null;
        for (var i = _owed.Count - 1; i >= 0; i--)
        {
            var neighbour = _owed[i];
            if (neighbour.Inbox?.TakenAt(directory.Now) is not { } at)
            {
                _owed.RemoveAt(i);
            }
            else if (at <= directory.Now)
            {
                _owed.RemoveAt(i);
                SayTaken(neighbour);
            }
            else if (Deadline is null || at < Deadline)
            {
                Deadline = at;
            }
        }
    }

    private void SayTaken(Neighbour neighbour)
    {
        var (taken, lazy) = neighbour.Inbox!.SayTaken();
        var message = new HeadsTaken { Heads = (uint)taken, Lazy = { lazy } };
        var send = new Effect.Send(neighbour.Link!.Value, new Message { HeadsTaken = message });
        effects.Enqueue(send);
    }

    // A message that clears looks through all that the friend offers.
    private static int Looks(Neighbour neighbour, Heads heads) =>
        heads.Cleared.IsEmpty ? 0 : neighbour.Offers / Limits.HeadsBatchMax;

    // All is read before any takes effect; null: one of them cannot be.
    private List<News>? Read(Neighbour neighbour, Heads heads)
    {
        var news = new List<News>(heads.News.Count);
        var room = Room(neighbour, heads);
        foreach (var item in heads.News)
        {
            if (item.Head.IsEmpty)
            {
                news.Add(new News(new PseudonymId(new Hash256(item.Gone.Span)), null, 0, default));
                continue;
            }

            // What is over the bound anyway is not worth a signature's time.
            if (!Offers(neighbour, item.Head.Span) && --room < 0)
                continue;
            var same = directory.FindSame(item.Head.Span);
            if (
                (same ?? readHead(item.Head.Memory)) is not { } head
                || item.Hops > head.Head.Horizon
                || (item.Hops == 1 && !IsOwnOf(neighbour, head, item.Proof.Span))
            )
                return null;
            var ahead = head.Head.Version - (directory.Now.Microseconds / MicrosecondsInSecond);
            if (head.HasExpired(directory.Now))
                news.Add(new News(head.Pseudonym, null, 0, default));
            else if (ahead <= Limits.HeadSkewSeconds)
                news.Add(new News(head.Pseudonym, head, (int)item.Hops, item.Delta.Memory));
        }

        return news;
    }

    // So many more may be offered once what this message takes back is gone.
    private int Room(Neighbour neighbour, Heads heads)
    {
        var room = Limits.HeadsPerFriendMax - neighbour.Offers;
        if (!heads.Cleared.IsEmpty)
            return room + Cleared(neighbour, heads).Count();
        foreach (var item in heads.News)
        {
            if (item.Head.IsEmpty && OffersKey(neighbour, item.Gone.Span))
                room++;
        }

        return room;
    }

    private bool OffersKey(Neighbour neighbour, ReadOnlySpan<byte> key) =>
        directory.Find(new PseudonymId(new Hash256(key)))?.OfferOf(neighbour.Slot) is not null;

    private static IEnumerable<Known> Cleared(Neighbour neighbour, Heads heads)
    {
        var (depth, cleared) = ((int)heads.ClearedDepth, heads.Cleared.Memory);
        return neighbour.Offered.Where(known =>
            cleared.Span.Contains((byte)ToldSet.Group(known.Id.Key, depth))
        );
    }

    // Else a friend that passes a head on could say that it is its own, and would be asked in
    // clear for what only the publisher may know that we want.
    private bool IsOwnOf(Neighbour neighbour, SignedHead head, ReadOnlySpan<byte> proof) =>
        head.IsWithdrawal || holdsProof(head, neighbour.Friend, proof);

    private bool Offers(Neighbour neighbour, ReadOnlySpan<byte> head) =>
        SignedHead.TryPeek(head, out var id)
        && directory.Find(id)?.OfferOf(neighbour.Slot) is not null;

    private void Clear(Neighbour neighbour, Heads heads, List<News> news, List<OfferChange> changes)
    {
        var named = news.Select(item => item.Id).ToHashSet();
        List<Known> gone = [.. Cleared(neighbour, heads).Where(known => !named.Contains(known.Id))];
        foreach (var known in gone)
            Remove(neighbour, known, changes);
    }

    private void Take(Neighbour neighbour, News item, List<OfferChange> changes)
    {
        if (item.Head is not { } head)
        {
            if (directory.Find(item.Id) is { } lost && lost.OfferOf(neighbour.Slot) is not null)
                Remove(neighbour, lost, changes);
            return;
        }

        var known = directory.Find(item.Id);
        var old = known?.OfferOf(neighbour.Slot);
        if (old is null && neighbour.Offers >= Limits.HeadsPerFriendMax)
            return;
        if (old is not { } same || same.Hops != item.Hops || !same.Head.Equals(head))
        {
            known ??= directory.Of(item.Id);
            directory.SetOffer(known, neighbour, head, item.Hops);
            changes.Add(new OfferChange(item.Id, head, item.Hops));
        }

        fetching.HandleOffer(known!, neighbour, head, item.Delta);
    }

    private void Remove(Neighbour neighbour, Known known, List<OfferChange> changes)
    {
        directory.RemoveOffer(known, neighbour);
        changes.Add(new OfferChange(known.Id, null, 0));
        fetching.HandleGone(known, neighbour);
    }

    private sealed record News(
        PseudonymId Id,
        SignedHead? Head,
        int Hops,
        ReadOnlyMemory<byte> Delta
    );
}
