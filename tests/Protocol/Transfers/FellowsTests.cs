using System.Security.Cryptography;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Who fetches which run first, of those who fetch the same.</summary>
public sealed class FellowsTests
{
    private const int Runs = 1000;
    private const int Crowd = 8;
    private static readonly WantedFile[] Files = [FileOf("a"), FileOf("b")];

    [Fact]
    public void All_agree_who_is_first_in_line_and_each_is_for_its_part()
    {
        var friends = Enumerable.Range(0, Crowd).Select(Friend).ToList();
        var views = friends.ConvertAll(self => Of(self, friends.Where(f => f != self)));
        var first = Enumerable
            .Range(0, 2 * Runs)
            .Select(run => Assert.Single(Enumerable.Range(0, Crowd), i => IsFirst(views[i], run)))
            .CountBy(who => who)
            .ToList();
        Assert.Equal(Crowd, first.Count);
        Assert.All(first, part => Assert.InRange(part.Value, 190, 310));
    }

    [Fact]
    public void Who_is_next_in_line_begins_at_the_other_end()
    {
        var (one, two) = (Of(Friend(1), [Friend(2)]), Of(Friend(2), [Friend(1)]));
        foreach (var run in Enumerable.Range(0, 2 * Runs).Where(run => IsFirst(one, run)))
        {
            var (own, next) = (one.Rank(run / Runs, run), two.Rank(run / Runs, run));
            Assert.Equal((2 << 20) - 1 - own, next);
        }
    }

    [Fact]
    public void Who_goes_leaves_its_runs_to_those_behind()
    {
        var fellows = Of(Friend(0), [Friend(1), Friend(2)]);
        fellows.Remove(Friend(2));
        fellows.Remove(Friend(3));
        var pair = Of(Friend(0), [Friend(1)]);
        Assert.All(
            Enumerable.Range(0, 2 * Runs),
            run => Assert.Equal(pair.Rank(run / Runs, run), fellows.Rank(run / Runs, run))
        );
    }

    [Fact]
    public void One_file_is_shared_out_alike_in_whatever_transfer()
    {
        var alone = new Fellows(Friend(0), new([Files[1].Id.Length]), [Files[1]]);
        alone.Add(Friend(1));
        var both = Of(Friend(0), [Friend(1)]);
        Assert.All(
            Enumerable.Range(0, Runs),
            run => Assert.Equal(alone.Rank(0, run), both.Rank(1, Runs + run))
        );
    }

    private static bool IsFirst(Fellows fellows, int run) =>
        fellows.Rank(run / Runs, run) < 1 << 20;

    private static Fellows Of(FriendId self, IEnumerable<FriendId> others)
    {
        var map = new RunMap([.. Files.Select(file => file.Id.Length)]);
        var fellows = new Fellows(self, map, Files);
        foreach (var other in others)
            fellows.Add(other);
        return fellows;
    }

    // As they are outside of tests: of all 128 bits.
    private static FriendId Friend(int number) => FriendId.Of(BitConverter.GetBytes(number));

    private static WantedFile FileOf(string name) =>
        new(new(new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))), Runs << 20), null);
}
