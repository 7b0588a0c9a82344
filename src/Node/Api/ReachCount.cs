using System.Numerics;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Api;

/// <summary>A friend, as reach counts it.</summary>
/// <param name="Name">What it is called here.</param>
/// <param name="Files">In what it shows us, by heads alone.</param>
public sealed record ReachedFriend(string Name, bool Online, long Files, long Bytes);

/// <summary>A pseudonym that is no friend's own, as reach counts it.</summary>
/// <param name="Version">Of its head: Unix seconds by its publisher's clock.</param>
/// <param name="Friends">Through whom it is reached: indices of friends, each once.</param>
public sealed record ReachedCircle(
    long Files,
    long Bytes,
    long Version,
    IReadOnlyList<int> Friends
);

/// <summary>
/// How far the circles go and how they overlap: a bit for each pseudonym, a row for each friend.
/// 150 friends by 9,000 pseudonyms are 11 million bit operations.
/// </summary>
public static class ReachCount
{
    private const int PairsMax = 50;
    private const int WordBits = 64;

    public static Reach Of(
        IReadOnlyList<ReachedFriend> friends,
        IReadOnlyList<ReachedCircle> circles
    )
    {
        var rows = Rows(friends.Count, circles);
        return new(
            new(
                friends.Count,
                friends.Count(friend => friend.Online),
                Sum(friends.Select(friend => friend.Files)),
                Sum(friends.Select(friend => friend.Bytes))
            ),
            new(
                circles.Count,
                circles.Count(circle => circle.Friends.Any(friend => friends[friend].Online)),
                Sum(circles.Select(circle => circle.Files)),
                Sum(circles.Select(circle => circle.Bytes))
            ),
            [.. friends.Select((friend, index) => Through(friend.Name, index, circles))],
            Overlaps(friends, rows),
            circles.Count == 0 ? null : Moment(circles.Min(circle => circle.Version))
        );
    }

    private static ulong[][] Rows(int friends, IReadOnlyList<ReachedCircle> circles)
    {
        var rows = new ulong[friends][];
        for (var friend = 0; friend < friends; friend++)
            rows[friend] = new ulong[(circles.Count + WordBits - 1) / WordBits];
        for (var circle = 0; circle < circles.Count; circle++)
        {
            foreach (var friend in circles[circle].Friends)
                rows[friend][circle / WordBits] |= 1UL << (circle % WordBits);
        }

        return rows;
    }

    private static ReachFriend Through(
        string name,
        int friend,
        IReadOnlyList<ReachedCircle> circles
    )
    {
        var through = circles.Where(circle => circle.Friends.Contains(friend)).ToList();
        var only = through.Where(circle => circle.Friends.Count == 1).ToList();
        return new(
            name,
            through.Count,
            only.Count,
            Sum(through.Select(circle => circle.Files)),
            Sum(through.Select(circle => circle.Bytes)),
            Sum(only.Select(circle => circle.Files))
        );
    }

    private static List<ReachPair> Overlaps(IReadOnlyList<ReachedFriend> friends, ulong[][] rows)
    {
        var largest = new PriorityQueue<ReachPair, int>();
        for (var one = 0; one < rows.Length; one++)
        {
            for (var other = one + 1; other < rows.Length; other++)
            {
                var common = Common(rows[one], rows[other]);
                if (common == 0)
                    continue;
                var pair = new ReachPair(friends[one].Name, friends[other].Name, common);
                largest.Enqueue(pair, common);
                if (largest.Count > PairsMax)
                    largest.Dequeue();
            }
        }

        return
        [
            .. largest
                .UnorderedItems.Select(item => item.Element)
                .OrderByDescending(pair => pair.Common)
                .ThenBy(pair => pair.One, StringComparer.Ordinal)
                .ThenBy(pair => pair.Other, StringComparer.Ordinal),
        ];
    }

    /// <summary>A head says what it likes: sums end at the most there is.</summary>
    internal static long Sum(IEnumerable<long> figures)
    {
        var sum = 0L;
        foreach (var figure in figures)
            sum = figure > long.MaxValue - sum ? long.MaxValue : sum + figure;
        return sum;
    }

    private static DateTimeOffset Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(
            Math.Clamp(seconds, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        );

    private static int Common(ulong[] one, ulong[] other)
    {
        var common = 0;
        for (var word = 0; word < one.Length; word++)
            common += BitOperations.PopCount(one[word] & other[word]);
        return common;
    }
}
