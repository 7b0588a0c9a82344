using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Nodes;

/// <summary>What a node's disk keeps of circles: heads told, and which of them are held.</summary>
internal sealed class CircleJournal(SimNode node)
{
    private readonly SortedDictionary<UInt128, Dictionary<PseudonymId, ToldHead>> _told = [];
    private readonly Dictionary<PseudonymId, (SignedHead Head, FriendId Sponsor)> _held = [];

    internal void Note(Effect effect)
    {
        switch (effect)
        {
            case Effect.KeepOffers keep:
                Keep(keep);
                break;
            case Effect.KeepCircle keep:
                Hold(keep.Held, keep.Sponsor);
                break;
            case Effect.DropCircle drop:
                _held.Remove(drop.Pseudonym);
                break;
            default:
                break;
        }
    }

    /// <summary>It is a friend no more.</summary>
    internal void Forget(FriendId friend) => _told.Remove(friend.Value);

    internal void Hold(SignedHead head, FriendId sponsor)
    {
        _held[head.Pseudonym] = (head, sponsor);
        var brought = _held.Values.Where(held => held.Sponsor == sponsor);
        node.Checks.Brought(node, sponsor, brought.Sum(held => held.Head.Head.Content.Entries));
    }

    /// <summary>What a node is told when it starts.</summary>
    internal IEnumerable<Input> Restore(IReadOnlyDictionary<PseudonymId, Shelf> shelves)
    {
        foreach (var (friend, heads) in _told)
            yield return new Input.HeadsKnown(new FriendId(friend), [.. heads.Values]);
        yield return new Input.CirclesHeld([
            .. _held
                .Values.Where(held => shelves.ContainsKey(held.Head.Pseudonym))
                .Select(held => new HeldCircle(
                    held.Head,
                    held.Sponsor,
                    shelves[held.Head.Pseudonym].Volume.EncodedBytes
                )),
        ]);
    }

    private void Keep(Effect.KeepOffers keep)
    {
        if (!_told.TryGetValue(keep.Friend.Value, out var heads))
            _told.Add(keep.Friend.Value, heads = []);
        foreach (var change in keep.Changes)
        {
            if (change.Head is null)
                heads.Remove(change.Pseudonym);
            else
                heads[change.Pseudonym] = new ToldHead(change.Head, change.Hops);
        }

        node.Checks.Told(node, keep.Friend, heads.Count);
    }
}
