using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Circles;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>When own pseudonyms change, and what is signed anew.</summary>
public sealed class RotationTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly Instant Begun = new(1_800_000_000L * 1_000_000);
    private static readonly CatalogHead Shown = new(
        new Hash256([.. Enumerable.Repeat((byte)7, Hash256.Size)]),
        3,
        9
    );

    private readonly List<OwnPseudonym> _own = [];
    private readonly List<(Instant At, SignedHead Head)> _signed = [];
    private readonly Queue<Effect> _effects = new();
    private CircleSync _sync;
    private Instant _now = Begun;

    public RotationTests() => _sync = Engine(horizon: 2);

    [Fact]
    public void AMonthLaterAnotherOneAndTheOldOneIsWithdrawn()
    {
        Show();
        Run(TimeSpan.FromDays(Limits.PseudonymDays + 4));
        Assert.Equal(2, _own.Count);
        var fresh = _signed.First(signed => signed.Head.Pseudonym == _own[1].Id);
        var age = fresh.At - Begun;
        Assert.InRange(age.TotalDays, Limits.PseudonymDays - 3, Limits.PseudonymDays + 3);
        var gone = Assert.Single(_signed, signed => signed.Head.IsWithdrawal);
        Assert.Equal(_own[0].Id, gone.Head.Pseudonym);
        Assert.InRange((gone.At - fresh.At).TotalMinutes, 30, 91);
    }

    [Fact]
    public void AFriendRemovedThatNeverWasLinkedChangesItWithinADay()
    {
        Show();
        _sync.HandleRemoved(OneEngine.FriendOf(5), _now);
        Run(Day + TimeSpan.FromHours(2));
        Assert.Equal(2, _own.Count);
        Assert.True(_own[0].Last!.IsWithdrawal);
    }

    [Fact]
    public void ARestartDoesNotForgetThatAFriendWasRemoved()
    {
        Show();
        Restart(isExposed: true);
        Run(TimeSpan.FromHours(1.1));
        Assert.Equal(2, _own.Count);
        Restart(isExposed: false);
        Run(Day);
        Assert.Equal(2, _own.Count);
    }

    [Fact]
    public void AClockOnceAheadHidesNothing()
    {
        _now = Begun + (365 * Day);
        Show();
        _now = Begun;
        Restart(isExposed: false);
        Run(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _own.Count);
        var version = Begun.Microseconds / 1_000_000;
        Assert.InRange(_own[1].Last!.Head.Version, version, version + 60);
        // Nor is the old one told: nobody takes it, so both sides would differ for ever.
        Assert.Null(_sync.PathKeyOf(_own[0].Id));
        Assert.NotNull(_sync.PathKeyOf(_own[1].Id));
        Assert.True(_sync.IsOwn(_own[0].Id));
        // A few hours ahead are taken by friends: the same goes on.
        _now = Begun + (Day / 2);
        Run(TimeSpan.FromMinutes(1));
        var before = _own[1].Last!;
        Restart(isExposed: false);
        Run(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _own.Count);
        Assert.Equal(before, _own[1].Last);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AnotherHorizonIsSignedAtOnce(int horizon)
    {
        Show();
        var before = _own[0].Last!.Head;
        Restart(isExposed: false, horizon);
        Run(TimeSpan.FromMinutes(1));
        var after = Assert.Single(_own).Last!.Head;
        Assert.Equal((horizon, before.Content), (after.Horizon, after.Content));
        Assert.True(after.Version > before.Version);
    }

    private CircleSync Engine(int horizon) =>
        new(
            new SeededEntropy(1),
            _effects,
            horizon,
            SignedHead.TryRead,
            new Possession((_, _) => default, (_, _, _) => true)
        );

    private void Show()
    {
        _sync.Handle(new Input.CircleChanged(Shown), _now);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(Shown, Assert.Single(_own).Last!.Head.Content);
    }

    private void Restart(bool isExposed, int horizon = 2)
    {
        _effects.Clear();
        _sync = Engine(horizon);
        var heads = _own.Select(own => own.Last!).Where(head => !head.HasExpired(_now));
        _sync.Handle(new Input.OwnHeads([.. heads], Begun, isExposed), _now);
        _sync.Handle(new Input.CircleChanged(Shown), _now);
    }

    private void Run(TimeSpan time)
    {
        var end = _now + time;
        while (true)
        {
            while (_effects.TryDequeue(out var effect))
            {
                if (effect is Effect.SignHead sign)
                    Sign(sign);
            }

            if (!(_sync.Deadline < end))
                break;
            _now = _sync.Deadline is { } at && at > _now ? at : _now;
            _sync.Poll(_now);
        }

        _now = end;
    }

    private void Sign(Effect.SignHead sign)
    {
        var own = _own.Find(one => one.Id == sign.Who);
        if (own is null)
            _own.Add(own = new OwnPseudonym(_own.Count + 1));
        var head = own.Sign(sign.Version, sign.Content, sign.Horizon);
        _signed.Add((_now, head));
        _sync.Handle(new Input.HeadSigned(head, default), _now);
    }
}
