using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>
/// What everybody must know when nothing is under way, from the friendships alone; by the rule of
/// docs/protocol-circles.md, read anew.
/// </summary>
internal static class Oracle
{
    internal static void Check(CircleWorld world)
    {
        var told = Told(world);
        foreach (var node in world.Nodes)
        {
            var held = new HashSet<PseudonymId>();
            foreach (var friend in node.Friends)
            {
                var expected = told[(friend, node)];
                Assert.Equal(
                    expected.OrderBy(pair => pair.Key.Key),
                    node.OffersOf(friend)
                        .Select(o => KeyValuePair.Create(o.Key, o.Value.Hops))
                        .OrderBy(pair => pair.Key.Key)
                );
                held.UnionWith(expected.Keys);
            }

            foreach (var id in held.Where(id => node.Own.All(own => own.Id != id)))
            {
                var last = world.LastOf(id);
                Assert.Equal(last.IsWithdrawal, !node.Held.ContainsKey(id));
                if (last.IsWithdrawal)
                    continue;
                Assert.Equal(last, node.Held[id].Head);
                Assert.Equal(last.Head.Content, node.Held[id].Content.Head);
            }

            Assert.Subset(held, node.Held.Keys.ToHashSet());
        }
    }

    // Grows from nothing until it stays: with bounded hops there is one such state.
    private static Dictionary<(CircleNode From, CircleNode To), Dictionary<PseudonymId, int>> Told(
        CircleWorld world
    )
    {
        var told = world
            .Nodes.SelectMany(from => from.Friends.Select(to => (from, to)))
            .ToDictionary(pair => pair, _ => new Dictionary<PseudonymId, int>());
        for (var hasChanged = true; hasChanged; )
        {
            hasChanged = false;
            foreach (var ((from, to), set) in told)
            {
                foreach (var (id, hops) in Step(world, told, from, to))
                {
                    hasChanged |= set.GetValueOrDefault(id) != hops;
                    set[id] = hops;
                }
            }
        }

        return told;
    }

    private static IEnumerable<(PseudonymId Id, int Hops)> Step(
        CircleWorld world,
        Dictionary<(CircleNode, CircleNode), Dictionary<PseudonymId, int>> told,
        CircleNode from,
        CircleNode to
    )
    {
        foreach (var head in world.Signed)
        {
            var id = head.Pseudonym;
            var least = from.Own.Any(own => own.Id == id) ? 0 : int.MaxValue - 1;
            foreach (var other in from.Friends.Where(other => other != to))
                least = Math.Min(
                    least,
                    told[(other, from)].GetValueOrDefault(id, int.MaxValue - 1)
                );
            var isOwner = told[(to, from)].GetValueOrDefault(id) == 1;
            if (!isOwner && least + 1 <= head.Head.Horizon)
                yield return (id, least + 1);
        }
    }
}
