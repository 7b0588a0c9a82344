using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Friendship;

public sealed class FriendsTests
{
    private static readonly FriendId Small = new(1);
    private static readonly FriendId Large = new(2);
    private static readonly string[] Home = ["192.0.2.7:4711"];

    private readonly Queue<Effect> _effects = new();
    private Instant _now = new(1_795_000_000_000_000);
    private Friends _friends;

    public FriendsTests() => _friends = new Friends(Small, new Dice(1), _effects);

    [Fact]
    public void A_known_friend_is_dialed_once()
    {
        _friends.HandleKnown(Large, Home, _now);
        var dial = Assert.IsType<Effect.Dial>(Assert.Single(Drain()));
        Assert.Equal(Large, dial.Friend);
        Assert.Equal(Home, dial.Addresses);
        _friends.Poll(_now + TimeSpan.FromHours(1));
        Assert.Empty(Drain());
    }

    [Fact]
    public void Failed_dials_wait_longer_and_longer_with_jitter()
    {
        _friends.HandleKnown(Large, Home, _now);
        var waits = new List<double>();
        for (var i = 0; i < 14; i++)
        {
            Assert.IsType<Effect.Dial>(Assert.Single(Drain()));
            _friends.HandleDialFailed(Large, _now);
            Assert.Empty(Drain());
            var deadline = _friends.Deadline!.Value;
            waits.Add((deadline - _now).TotalSeconds);
            _friends.Poll(new Instant(deadline.Microseconds - 1));
            Assert.Empty(Drain());
            _now = deadline;
            _friends.Poll(_now);
        }

        for (var i = 0; i < waits.Count; i++)
        {
            var whole = Math.Min(2 << i, Limits.RedialSecondsMax);
            Assert.InRange(waits[i], whole / 2.0, whole);
        }

        Assert.True(waits.Distinct().Count() > 10);
    }

    [Fact]
    public void A_link_that_lasted_resets_the_backoff_and_a_short_one_does_not()
    {
        _friends.HandleKnown(Large, Home, _now);
        for (var i = 0; i < 6; i++)
        {
            _friends.HandleDialFailed(Large, _now);
        }

        Open(1, dialed: true);
        _friends.HandleLinkClosed(new LinkId(1), _now);
        Assert.True(_friends.Deadline!.Value - _now > TimeSpan.FromSeconds(30));
        Open(2, dialed: false);
        _now += TimeSpan.FromSeconds(60);
        _friends.HandleLinkClosed(new LinkId(2), _now);
        Assert.True(_friends.Deadline!.Value - _now <= TimeSpan.FromSeconds(1));
        Assert.Null(_friends.LinkOf(Large));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_crossing_dials_both_ends_keep_the_smaller_ids(bool smallersFirst)
    {
        Assert.Equal(1, Crossing(Small, Large, smallersFirst));
        Assert.Equal(1, Crossing(Large, Small, smallersFirst));
    }

    [Fact]
    public void A_second_link_of_the_same_dialer_replaces_the_first()
    {
        _friends.HandleKnown(Large, Home, _now);
        Open(1, dialed: false);
        Drain();
        Assert.True(Open(2, dialed: false, out var replaced));
        Assert.Equal(new LinkId(1), replaced);
        Assert.Contains(new Effect.CloseLink(new LinkId(1), CloseCode.Duplicate), Drain());
        _friends.HandleLinkClosed(new LinkId(1), _now);
        Assert.Equal(new LinkId(2), _friends.LinkOf(Large));
    }

    [Fact]
    public void An_old_link_yields_to_a_new_one_whoever_dialed()
    {
        _friends.HandleKnown(Large, Home, _now);
        Open(1, dialed: true);
        _now += TimeSpan.FromSeconds(Limits.SimultaneousSeconds);
        Assert.True(Open(2, dialed: false, out var replaced));
        Assert.Equal(new LinkId(1), replaced);
    }

    [Fact]
    public void Strangers_and_removed_friends_get_no_link()
    {
        Assert.False(Open(1, dialed: false));
        Assert.Equal([new Effect.CloseLink(new LinkId(1), CloseCode.Removed)], Drain());
        _friends.HandleKnown(Large, Home, _now);
        Open(2, dialed: true);
        Drain();
        _friends.HandleRemoved(Large, _now);
        Assert.Equal([new Effect.CloseLink(new LinkId(2), CloseCode.Removed)], Drain());
        Assert.Null(_friends.FriendOf(new LinkId(2)));
        Assert.Null(_friends.Deadline);
    }

    [Fact]
    public void Own_addresses_are_told_on_opening_and_on_change()
    {
        _friends.HandleKnown(Large, [], _now);
        _friends.HandleOwnAddresses(["198.51.100.1:1"], _now);
        Open(1, dialed: false);
        Assert.Equal(["198.51.100.1:1"], Told(Drain()));
        _friends.HandleOwnAddresses(["198.51.100.1:1"], _now);
        Assert.Empty(Drain());
        _friends.HandleOwnAddresses(["198.51.100.2:1", "198.51.100.1:1"], _now);
        Assert.Equal(["198.51.100.2:1", "198.51.100.1:1"], Told(Drain()));
    }

    [Fact]
    public void What_a_friend_tells_is_checked_bounded_and_remembered_once()
    {
        _friends.HandleKnown(Large, Home, _now);
        Open(1, dialed: true, out _, Home[0]);
        Drain();
        var told = new Addresses { Address = { "nonsense", "a b:1", "198.51.100.9:9", Home[0] } };
        _now += TimeSpan.FromMinutes(2);
        _friends.HandleAddresses(new LinkId(1), told, _now);
        var remember = Assert.IsType<Effect.RememberAddresses>(Assert.Single(Drain()));
        Assert.Equal([Home[0], "198.51.100.9:9"], remember.Addresses);
        _friends.HandleAddresses(new LinkId(1), told, _now);
        Assert.Empty(Drain());
        // A few changes at once are remembered at once, of more of them the last.
        for (var change = 1; change <= 3; change++)
        {
            told.Address[2] = $"198.51.100.8:{change}";
            _friends.HandleAddresses(new LinkId(1), told, _now);
            Assert.IsType<Effect.RememberAddresses>(Assert.Single(Drain()));
        }

        told.Address.AddRange(Enumerable.Range(1, 1_000).Select(i => $"198.51.100.7:{i}"));
        _friends.HandleAddresses(new LinkId(1), told, _now);
        Assert.Empty(Drain());
        _now += TimeSpan.FromMinutes(1);
        Assert.True(_friends.Deadline <= _now);
        _friends.Poll(_now);
        remember = Assert.IsType<Effect.RememberAddresses>(Assert.Single(Drain()));
        Assert.InRange(remember.Addresses.Count, 2, Limits.AddressesMax);
        _friends.HandleAddresses(new LinkId(77), told, _now);
        Assert.Empty(Drain());
    }

    [Fact]
    public void New_addresses_of_our_own_try_everybody_again_at_once()
    {
        _friends.HandleKnown(Large, Home, _now);
        _friends.HandleDialFailed(Large, _now);
        Drain();
        _friends.HandleOwnAddresses(["198.51.100.1:1"], _now);
        Assert.IsType<Effect.Dial>(Assert.Single(Drain()));
    }

    [Fact]
    public void Only_so_many_are_dialed_at_once()
    {
        for (var i = 0; i < 100; i++)
        {
            _friends.HandleKnown(new FriendId((UInt128)(i + 10)), Home, _now);
        }

        Assert.Equal(Limits.DialsMax, Drain().Count);
        Assert.Null(_friends.Deadline);
        _friends.HandleDialFailed(new FriendId(10), _now);
        Assert.Single(Drain());
    }

    [Fact]
    public void A_drop_seen_by_both_ends_heals_in_virtual_time()
    {
        _friends.HandleKnown(Large, Home, _now);
        Open(1, dialed: true);
        _now += TimeSpan.FromHours(1);
        Drain();
        _friends.HandleLinkClosed(new LinkId(1), _now);
        Assert.Empty(Drain());
        _now = _friends.Deadline!.Value;
        _friends.Poll(_now);
        Assert.IsType<Effect.Dial>(Assert.Single(Drain()));
        Assert.True(Open(2, dialed: true));
        Assert.Equal(new LinkId(2), _friends.LinkOf(Large));
    }

    /// <summary>
    /// Link 1 is dialed by the smaller id, link 2 by the larger; which one stays.
    /// </summary>
    private long Crossing(FriendId self, FriendId other, bool smallersFirst)
    {
        _friends = new Friends(self, new Dice(1), _effects);
        _friends.HandleKnown(other, Home, _now);
        var isSmaller = self == Small;
        long[] order = smallersFirst ? [1, 2] : [2, 1];
        foreach (var link in order)
        {
            var dialed = isSmaller == (link == 1);
            _friends.HandleLinkOpened(
                new Input.LinkOpened(new LinkId(link), other, dialed, Home[0]),
                _now,
                out _
            );
            _now += TimeSpan.FromSeconds(1);
        }

        Assert.Single(Drain().OfType<Effect.CloseLink>());
        return _friends.LinkOf(other)!.Value.Value;
    }

    private bool Open(long link, bool dialed) => Open(link, dialed, out _);

    private bool Open(
        long link,
        bool dialed,
        out LinkId? replaced,
        string address = "192.0.2.7:1"
    ) =>
        _friends.HandleLinkOpened(
            new Input.LinkOpened(new LinkId(link), Large, dialed, address),
            _now,
            out replaced
        );

    private List<Effect> Drain()
    {
        var all = _effects.ToList();
        _effects.Clear();
        return all;
    }

    private static List<string> Told(List<Effect> effects) =>
        [.. Assert.Single(effects.OfType<Effect.Send>()).Message.Addresses.Address];

    private sealed class Dice(int seed) : IEntropy
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
