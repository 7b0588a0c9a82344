using System.Collections;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>The scheduler asks for no more than the limits allow, over virtual time.</summary>
public sealed class DownLimitTests
{
    private const int Mib = 1024 * 1024;
    private const long Rate = 10_000_000;
    private readonly ScriptedWorld _world = new();

    [Fact]
    public void FriendsShareTheLimitHoweverQuickTheyAre()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(2)];
        _world.Link(1, 1).BytesPerSecond = 900e6;
        _world.Link(2, 2).BytesPerSecond = 20e6;
        Limit(new Rates(Rate, null));
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(20);

        Assert.InRange(_world.Asked.Count * (double)Mib, Rate * 19, (Rate * 20.1) + Mib);
        var first = _world.Asked.Count(one => one.Link.Value == 1);
        Assert.InRange(first, _world.Asked.Count * 0.45, _world.Asked.Count * 0.55);
        Assert.Empty(_world.Waits);
    }

    [Fact]
    public void AFriendsOwnLimitLeavesTheRestToOthers()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(2)];
        _world.Link(1, 1).BytesPerSecond = 900e6;
        _world.Link(2, 2).BytesPerSecond = 900e6;
        var others = new Dictionary<FriendId, long?> { [ScriptedWorld.Friend(1)] = Rate / 10 };
        Limit(new Rates(Rate, null) { Others = others });
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(20);

        var low = _world.Asked.Count(one => one.Link.Value == 1) * (double)Mib;
        Assert.InRange(low, Rate / 10 * 19, (Rate / 10 * 20.1) + Mib);
        Assert.InRange(_world.Asked.Count * (double)Mib, Rate * 19, (Rate * 20.1) + Mib);
    }

    [Fact]
    public void WhoReadsKeepsToTheLimitToo()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1)];
        _world.Link(1, 1).BytesPerSecond = 900e6;
        Limit(new Rates(Rate, null));
        _world.Input(new Input.ReadAhead(new(1), new(1), 0, 0, 400));
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(20);

        Assert.InRange(_world.Asked.Count * (double)Mib, Rate * 19, (Rate * 20.1) + Mib);
    }

    [Fact]
    public void WhatALimitOfNothingHoldsSaysSoAndGoesOnAtOnce()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1)];
        _world.Link(1, 1).BytesPerSecond = 20e6;
        Limit(new Rates(0, null));
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(3600);
        Assert.Equal(Effect.TransferWaits.Limit, Assert.Single(_world.Waits));
        Limit(new Rates(Rate, null));
        _world.Run(1);
        var asked = _world.Asked.Count;
        Assert.InRange(asked, 1, 12);
        // Also if that begins while it runs.
        Limit(new Rates(0, null));
        _world.Run(3600);
        Assert.Equal(asked, _world.Asked.Count);
        Assert.Equal([Effect.TransferWaits.Limit, Effect.TransferWaits.Limit], _world.Waits);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void AFriendsLimitOfNothingHoldsWhatNobodyElseOffers(int offering, bool isHeld)
    {
        _world.Offers = (_, _) => Enumerable.Range(1, offering).Select(ScriptedWorld.Friend);
        for (var link = 1; link <= 3; link++)
            _world.Link(link, link).BytesPerSecond = 20e6;
        var others = new Dictionary<FriendId, long?> { [ScriptedWorld.Friend(1)] = 0 };
        Limit(new Rates(null, null) { Others = others });
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(20);
        string[] why = isHeld ? [Effect.TransferWaits.Limit] : [];
        Assert.Equal(why, _world.Waits);
    }

    [Fact]
    public void WhatAFriendsLimitHoldsIsNotLookedThroughAtEachInput()
    {
        const int files = 2_000;
        var friends = new[] { ScriptedWorld.Friend(1), ScriptedWorld.Friend(2) };
        _world.Offers = (transfer, _) => [friends[transfer.Value - 1]];
        _world.Link(1, 1);
        _world.Link(2, 2).BytesPerSecond = 20e6;
        var others = new CountedRates { [friends[0]] = 0 };
        Limit(new Rates(null, null) { Others = others });
        _world.Download(
            1,
            [.. Enumerable.Range(0, files).Select(at => ScriptedWorld.File(at, Mib))]
        );
        _world.Run(1);
        Assert.Equal(Effect.TransferWaits.Limit, Assert.Single(_world.Waits));

        others.Looks = 0;
        _world.Download(2, ScriptedWorld.File(files, 500L * Mib));
        _world.Run(20);
        Assert.InRange(_world.Asked.Count, 100, 500);
        Assert.InRange(others.Looks, 1, 100 * _world.Asked.Count);
        Assert.Single(_world.Waits);

        // What was said goes once it is asked, and is said again when it is held again.
        var asked = _world.Asked.Count;
        Limit(Rates.Unlimited);
        _world.Run(0.1);
        Assert.Contains(_world.Asked.Skip(asked), one => one.Transfer.Value == 1);
        Limit(new Rates(null, null) { Others = others });
        _world.Run(20);
        Assert.Equal([Effect.TransferWaits.Limit, Effect.TransferWaits.Limit], _world.Waits);
    }

    [Fact]
    public void LittleDoesNotWaitForADebtButIsCharged()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1)];
        _world.Link(1, 1).BytesPerSecond = 900e6;
        Limit(new Rates(Mib, null));
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        for (var number = 2; number < 12; number++)
        {
            _world.Run(5.3);
            _world.Download(number, ScriptedWorld.File(number, 1000));
            _world.Run(0.002);
            Assert.Contains(_world.Asked, one => one.Transfer.Value == number);
        }

        var (before, large) = (Bytes(), Bytes(1));
        for (var number = 12; number < 2000; number++)
            _world.Download(number, ScriptedWorld.File(number, 60_000));
        _world.Run(20);
        Assert.InRange(Bytes() - before, Mib * 18.0, Mib * 22.0);
        Assert.InRange(Bytes(1) - large, Mib * 8.0, Mib * 12.0);
    }

    [Fact]
    public void OffAsksNothingAndAnotherLimitHoldsAtOnce()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1)];
        _world.Link(1, 1);
        Limit(new Rates(0, null));
        _world.Download(1, ScriptedWorld.File(1, 5L * Mib));
        _world.Download(2, ScriptedWorld.File(2, 1000));
        _world.Run(100);
        Assert.Empty(_world.Asked);

        Limit(Rates.Unlimited);
        _world.Run();
        Assert.Equal(2, _world.Finished.Count);
    }

    [Fact]
    public void WhatNeverCameIsNotCharged()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(2)];
        _world.Link(1, 1).Silent = true;
        Limit(new Rates(Mib, null));
        _world.Download(1, ScriptedWorld.File(1, 3L * Mib));
        _world.Run(1);
        Assert.NotEmpty(_world.Asked);
        _world.Unlink(1);
        _world.Link(2, 2);
        _world.Run(3.5);
        Assert.Single(_world.Finished);
    }

    private double Bytes(int? transfer = null) =>
        _world
            .Asked.Where(one => transfer is null || one.Transfer.Value == transfer)
            .Sum(one => (double)Math.Min(Mib, _world.Files[one.Transfer][0].Id.Length));

    private void Limit(Rates down) => _world.Input(new Input.LimitsChanged(down, Rates.Unlimited));

    /// <summary>Counts how often a limit is looked up.</summary>
    private sealed class CountedRates : IReadOnlyDictionary<FriendId, long?>
    {
        private readonly Dictionary<FriendId, long?> _rates = [];

        internal int Looks { get; set; }

        public int Count => _rates.Count;

        public IEnumerable<FriendId> Keys => _rates.Keys;

        public IEnumerable<long?> Values => _rates.Values;

        public long? this[FriendId key]
        {
            get => _rates[key];
            init => _rates[key] = value;
        }

        public bool ContainsKey(FriendId key) => _rates.ContainsKey(key);

        public bool TryGetValue(FriendId key, out long? value)
        {
            Looks++;
            return _rates.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<FriendId, long?>> GetEnumerator() => _rates.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
