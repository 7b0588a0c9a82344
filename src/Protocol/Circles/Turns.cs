using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Shares a bounded number of entries fairly among friends: always that one chooses whose
/// choices would come to the least. So a friend whose offers come to no more than an equal part
/// has all of them chosen, whatever the others offer.
/// </summary>
internal sealed class Turns
{
    private const int SecretBytes = 32;
    private readonly byte[] _secret = new byte[SecretBytes];

    internal Turns(IEntropy entropy) => entropy.Fill(_secret);

    /// <summary>Own pseudonyms first; what two friends offer counts for one of them.</summary>
    internal HashSet<Known> Choose(IEnumerable<Known> all, long entriesMax)
    {
        var chosen = new HashSet<Known>();
        var left = entriesMax;
        var lists = new Dictionary<int, List<(Rank Rank, Known Known)>>();
        foreach (var known in all)
        {
            if (known.IsOwn)
            {
                chosen.Add(known);
                left -= known.PlaceEntries;
                continue;
            }

            var draw = Draw(known);
            foreach (var offer in known.Offers)
            {
                if (offer.Hops >= known.Held!.Head.Horizon)
                    continue;
                if (!lists.TryGetValue(offer.Slot, out var list))
                    lists.Add(offer.Slot, list = []);
                list.Add((new Rank(offer.Hops, !known.HasPlace, draw), known));
            }
        }

        Choose(lists, chosen, left);
        return chosen;
    }

    private static void Choose(
        Dictionary<int, List<(Rank Rank, Known Known)>> lists,
        HashSet<Known> chosen,
        long left
    )
    {
        var turns = new PriorityQueue<(int Slot, int At, long Spent), (long Sum, int Slot)>();
        foreach (var (slot, list) in lists)
        {
            list.Sort((a, b) => a.Rank.CompareTo(b.Rank));
            turns.Enqueue((slot, 0, 0), (Places.EntriesOf(list[0].Known, slot), slot));
        }

        while (turns.TryDequeue(out var turn, out var due))
        {
            var (slot, at, spent) = turn;
            var list = lists[slot];
            // What another has chosen meanwhile costs nothing.
            if (due.Sum - spent <= left && chosen.Add(list[at].Known))
            {
                left -= due.Sum - spent;
                spent = due.Sum;
            }

            while (++at < list.Count && chosen.Contains(list[at].Known)) { }
            if (at < list.Count)
            {
                var sum = spent + Places.EntriesOf(list[at].Known, slot);
                turns.Enqueue((slot, at, spent), (sum, slot));
            }
        }
    }

    private ulong Draw(Known known)
    {
        Span<byte> bytes = stackalloc byte[SecretBytes + Hash256.Size];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _secret.CopyTo(bytes);
        known.Id.Key.CopyTo(bytes[SecretBytes..]);
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
