using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Links;

/// <summary>
/// A friend redeems another invitation, and the connection or a process ends at each point in
/// turn: afterwards each of the two connects to the other.
/// </summary>
public sealed class LostAnswerTests : IDisposable
{
    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");

    public static TheoryData<CutAt, bool> Points
    {
        get
        {
            var points = new TheoryData<CutAt, bool>();
            foreach (var at in Enum.GetValues<CutAt>())
            {
                points.Add(at, false);
                points.Add(at, true);
            }

            return points;
        }
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task WhereverItEndsBothStillConnect(CutAt at, bool restarts)
    {
        _bob.Befriend(_alice);
        await Redeem(at);
        if (restarts)
        {
            _alice.Restart();
        }

        Connects(_alice, _bob);
        Connects(_bob, _alice);
        Connects(_alice, _bob);
        Settled();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task HoweverOftenItEndsBothStillConnect(int seed)
    {
        var random = new Random(seed);
        var points = Enum.GetValues<CutAt>();
        _bob.Befriend(_alice);
        for (var time = 0; time < 3; time++)
        {
            await Redeem(points[random.Next(points.Length)]);
        }

        var (one, other) = random.Next(2) == 0 ? (_alice, _bob) : (_bob, _alice);
        Connects(one, other);
        Connects(other, one);
    }

    [Fact]
    public async Task TheAnswerLostTheSecretOfOldIsKeptUntilTheNewOneIsUsed()
    {
        _bob.Befriend(_alice);
        var old = Secrets(_alice, _bob).Single();
        var link = await Redeem(CutAt.Answer);
        Assert.Equal([old], Secrets(_bob, _alice));
        Assert.Equal(old, Secrets(_alice, _bob)[^1]);
        Assert.Equal(2, Secrets(_alice, _bob).Length);

        // The same invitation is good for the same friend until then.
        await Redeem(CutAt.Never, link, () => Secrets(_alice, _bob).Length == 1);
        var made = Secrets(_bob, _alice).Single();
        Assert.NotEqual(old, made);
        Assert.Equal([made], Secrets(_alice, _bob));
        Assert.Equal(1, _alice.Store.Veils.Count);
        Connects(_alice, _bob);
    }

    [Fact]
    public async Task AClockSetBackAfterALostAnswerLocksNobodyOut()
    {
        _bob.Befriend(_alice);
        _bob.ClockIsOff = TimeSpan.FromMinutes(10);
        await Redeem(CutAt.Answer);
        using var again = new Dialer(_bob.Our with { Now = SomeNode.Now }, Patient);
        Connects(_bob, _alice, again);
    }

    [Fact]
    public async Task TwoThatRedeemEachOthersAtOnceEndWithOneSecret()
    {
        for (var round = 0; round < 5; round++)
        {
            var one = _alice.Dialer.RedeemAsync(_bob.Invite().Link);
            var other = _bob.Dialer.RedeemAsync(_alice.Invite().Link);
            RedeemResult[] results = [await one, await other];
            Assert.Contains(results, result => result.Outcome == RedeemOutcome.Redeemed);
            Part();
            Connects(_alice, _bob);
            Connects(_bob, _alice);
            _alice.Store.Remove(_bob.Id);
            _bob.Store.Remove(_alice.Id);
        }
    }

    private static TimeSpan Patient => TimeSpan.FromSeconds(2);

    private static void Until(Func<bool> holds) =>
        Assert.True(SpinWait.SpinUntil(holds, Side.Patience));

    private static string[] Secrets(Side one, Side of)
    {
        var secrets = one.Store.SecretsOf(of.Id);
        return [.. secrets.Select(usable => Convert.ToHexString(SomeNode.Export(usable.Secret)))];
    }

    private string Elsewhere(string link, string address)
    {
        Assert.Equal(InvitationFlaw.None, Invitation.Parse(link, _alice.Now(), out var invitation));
        using (invitation)
        {
            Assert.True(HostPort.TryParse(address, out var place));
            using var moved = new Invitation(
                invitation!.Key,
                invitation.Secret,
                invitation.Expires,
                [place]
            );
            return moved.ToLink();
        }
    }

    /// <param name="before">Has to come about before the two part.</param>
    private async Task<string> Redeem(CutAt at, string? link = null, Func<bool>? before = null)
    {
        using var relay = new Relay(_alice.Address, at);
        link = link is null
            ? _alice.Invite(address: relay.Address).Link
            : Elsewhere(link, relay.Address);
        var result = await _bob.Dialer.RedeemAsync(link);
        TestContext.Current.SendDiagnosticMessage($"{at}: {result.Outcome}");
        if (at != CutAt.Never)
        {
            relay.Cut();
        }

        Until(before ?? (() => true));
        Part();
        return link;
    }

    /// <summary>After which no link is left on either side.</summary>
    private void Part()
    {
        Until(() =>
        {
            _alice.Our.Links.Find(_bob.Id)?.Close(CloseCode.Bye);
            _bob.Our.Links.Find(_alice.Id)?.Close(CloseCode.Bye);
            return _alice.Our.Links.All.Count + _bob.Our.Links.All.Count == 0;
        });
    }

    /// <summary>Dials again where a dial failed, as the engine does: answers may be slow.</summary>
    private void Connects(Side one, Side other, Dialer? by = null)
    {
        while (one.TryNext(TimeSpan.Zero) is not null) { }
        var dialer = by ?? one.Dialer;
        dialer.Dial(other.Id, [other.Address]);
        Until(() =>
        {
            if (one.TryNext(TimeSpan.Zero) is Input.DialFailed)
                dialer.Dial(other.Id, [other.Address]);
            return one.Our.Links.Find(other.Id) is not null
                && other.Our.Links.Find(one.Id) is not null;
        });
        Part();
    }

    /// <summary>After each has dialed the other, nothing but what Bob has is kept.</summary>
    private void Settled() =>
        Assert.Contains(Secrets(_bob, _alice).Single(), Secrets(_alice, _bob));
}
