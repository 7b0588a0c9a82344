using System.Net.NetworkInformation;
using FriendNet.Node.Running;
using Xunit;

namespace FriendNet.Tests.Node.Running;

public sealed class PlaceKeeperTests : IDisposable
{
    private readonly OneTimer _time = new();
    private readonly List<string> _told = [];
    private readonly PlaceKeeper _keeper;
    private Func<IReadOnlyList<string>> _look = () => [];

    public PlaceKeeperTests() =>
        _keeper = new(() => _look(), _time, places => _told.Add(string.Join(' ', places)));

    public void Dispose() => _keeper.Dispose();

    [Fact]
    public void WhatChangedIsToldOnce()
    {
        // As at boot: there is no network yet.
        Assert.Empty(_keeper.Now);
        _look = () => ["192.0.2.1:1"];
        _time.Fire();
        _time.Fire();
        Assert.Equal(["192.0.2.1:1"], _keeper.Now);
        _look = () => ["192.0.2.2:1", "[2001:db8::1]:1"];
        _time.Fire();
        _look = () => [];
        _time.Fire();
        Assert.Equal(["", "192.0.2.1:1", "192.0.2.2:1 [2001:db8::1]:1", ""], _told);
    }

    [Fact]
    public void AStormOfReportsDoesNotPutTheLookOff()
    {
        _keeper.Hurry();
        _keeper.Hurry();
        Assert.Equal([TimeSpan.FromSeconds(1)], _time.Changes);
        _time.Fire();
        _keeper.Hurry();
        Assert.Equal(2, _time.Changes.Count);
    }

    [Fact]
    public void ALookThatFailsKeepsWhatWasKnown()
    {
        _look = () => ["192.0.2.1:1"];
        _time.Fire();
        Exception[] failures =
        [
            new NetworkInformationException(),
            new IOException("Too many open files"),
            new UnauthorizedAccessException(),
        ];
        foreach (var failure in failures)
        {
            _look = () => throw failure;
            _time.Fire();
            Assert.Equal(["192.0.2.1:1"], _keeper.Now);
        }
    }

    /// <summary>Its timer runs when told, and notes for when it was set.</summary>
    private sealed class OneTimer : TimeProvider, ITimer
    {
        private TimerCallback _look = _ => { };

        internal List<TimeSpan> Changes { get; } = [];

        internal void Fire() => _look(null);

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            _look = callback;
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Changes.Add(dueTime);
            return true;
        }

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}
