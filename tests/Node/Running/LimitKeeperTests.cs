using System.Globalization;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Running;
using FriendNet.Protocol.Ids;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Running;

public sealed class LimitKeeperTests : IDisposable
{
    private static readonly FriendId Alice = FriendId.Of(new byte[32]);
    private readonly TempHome _temp = new();
    private readonly WallClock _clock = new();
    private readonly List<IReadOnlyList<LimitInForce>> _applied = [];

    public LimitKeeperTests() => _temp.Home.Create();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void WhatIsSetHoldsAtOnceAndOverARestartUntilItIsCleared()
    {
        using (var keeper = Keeper())
        {
            Assert.Equal((5_000_000, LimitBy.Setting), Of(keeper, LimitKind.Up));
            Assert.Equal((null, LimitBy.Nobody), Of(keeper, LimitKind.Down));
            keeper.Set(new SaidLimit(LimitKind.Up, null, 7));
            keeper.Set(new SaidLimit(LimitKind.Up, Alice, null));
            keeper.Set(new SaidLimit(LimitKind.Down, Alice, 9));
            Assert.Equal((7, LimitBy.Set), Of(keeper, LimitKind.Up));
        }

        using (var keeper = Keeper())
        {
            Assert.Equal((7, LimitBy.Set), Of(keeper, LimitKind.Up));
            var up = LimitRules.Rates(_applied[^1], LimitKind.Up);
            Assert.Equal((7, 3, null), (up.Total, up.Friend, up.Of(Alice)));
            Assert.Equal(9, LimitRules.Rates(_applied[^1], LimitKind.Down).Of(Alice));
            keeper.Clear(LimitKind.Up, null);
            Assert.Equal((5_000_000, LimitBy.Setting), Of(keeper, LimitKind.Up));
            keeper.Forget(Alice);
            Assert.Equal(6, keeper.InForce.Count);
        }

        using var last = Keeper();
        Assert.Equal(6, last.InForce.Count);
    }

    [Fact]
    public void OfManySetAtOnceNoneIsLost()
    {
        const int Friends = 32;
        using (var keeper = Keeper())
            Parallel.For(
                1,
                Friends + 1,
                i => keeper.Set(new SaidLimit(LimitKind.Up, new FriendId((UInt128)i), i))
            );
        using var last = Keeper();
        Assert.Equal(Friends, last.InForce.Count(one => one.Friend is not null));
    }

    [Fact]
    public void TheHourSaysOtherwise()
    {
        _clock.Local = "2026-11-27 21:59:59";
        using var keeper = Keeper("fri 22:00-06:00 up=1MB", "22:00-06:00 up=2MB");
        keeper.Set(new SaidLimit(LimitKind.Up, null, 7));
        var before = _applied.Count;
        _clock.Tick();
        Assert.Equal(before, _applied.Count);

        _clock.Local = "2026-11-27 22:00:00";
        _clock.Tick();
        Assert.Equal((1_000_000, LimitBy.Schedule), Of(keeper, LimitKind.Up));
        Assert.Equal(before + 1, _applied.Count);
        _clock.Local = "2026-11-28 06:00:00";
        _clock.Tick();
        Assert.Equal((7, LimitBy.Set), Of(keeper, LimitKind.Up));
        Assert.Equal(before + 2, _applied.Count);
    }

    [Fact]
    public void ADamagedFileIsSaid()
    {
        File.WriteAllText(_temp.Home.LimitsFile, """[{"kind":"up","rate":-1}]""");
        Assert.Equal(FailureKind.Damaged, Assert.Throws<FailureException>(() => Keeper()).Kind);
        File.WriteAllText(_temp.Home.LimitsFile, "{");
        Assert.Throws<FailureException>(() => Keeper());
    }

    private static (long?, LimitBy) Of(LimitKeeper keeper, LimitKind kind)
    {
        var limit = keeper.InForce.Single(one => one.Kind == kind && one.Friend is null);
        return (limit.Rate, limit.By);
    }

    private LimitKeeper Keeper(params string[] hours) =>
        new(
            new Settings([], [], "/", null, false, LogLevel.Information, null)
            {
                Limits = new Dictionary<LimitKind, long?>
                {
                    [LimitKind.Up] = 5_000_000,
                    [LimitKind.UpFriend] = 3,
                },
                Schedule = [.. hours.Select(LimitHours.Parse).OfType<LimitHours>()],
            },
            _temp.Home.LimitsFile,
            _clock,
            _applied.Add
        );

    /// <summary>A clock on the wall that stands, and whose timers run when told.</summary>
    private sealed class WallClock : TimeProvider
    {
        private TimerCallback _look = _ => { };

        internal string Local { get; set; } = "2026-11-23 12:00:00";

        // Two hours east, without summer time.
        public override TimeZoneInfo LocalTimeZone { get; } =
            TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");

        internal void Tick() => _look(null);

        public override DateTimeOffset GetUtcNow() =>
            new DateTimeOffset(
                DateTime.Parse(Local, CultureInfo.InvariantCulture),
                TimeSpan.FromHours(2)
            ).ToUniversalTime();

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            _look = callback;
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => default;
        }
    }
}
