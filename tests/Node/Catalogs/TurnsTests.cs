using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class TurnsTests
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly Lock _gate = new();

    [Fact]
    public async Task FriendsTakeTurnsAndOneFriendWaitsForItself()
    {
        using var turns = new Turns(_gate);
        using var started = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var log = new List<string>();
        var first = turns.Run(Bob, Pieces("bob 1", 40, log, started, goOn));
        started.Wait(TestContext.Current.CancellationToken);
        var second = turns.Run(Bob, Pieces("bob 2", 1, log));
        var other = turns.Run(Carol, Pieces("carol", 1, log));
        goOn.Set();
        Assert.Equal(["bob 1", "bob 2", "carol"], await Task.WhenAll(first, second, other));
        // Carol's came after one turn of Bob's at most, his second after all of his first.
        Assert.InRange(log.IndexOf("carol"), 1, 39);
        Assert.Equal("bob 2", log[^1]);
    }

    [Fact]
    public async Task WhatFailsFailsAlone()
    {
        using var turns = new Turns(_gate);
        var bad = turns.Run(Bob, Throwing());
        var good = turns.Run(Bob, Pieces("good", 3, []));
        await Assert.ThrowsAsync<IOException>(() => bad);
        Assert.Equal("good", await good);
    }

    [Fact]
    public async Task WhatWaitsAtTheEndIsCanceled()
    {
        var turns = new Turns(_gate);
        using var started = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var running = turns.Run(Bob, Pieces("bob", int.MaxValue, [], started, goOn));
        var waiting = turns.Run(Bob, Pieces("later", 1, []));
        started.Wait(TestContext.Current.CancellationToken);
        goOn.Set();
        turns.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            turns.Run(Carol, Pieces("after", 1, []))
        );
    }

    // Each piece is as long as a turn.
    private static IEnumerable<string> Pieces(
        string name,
        int pieces,
        List<string> log,
        ManualResetEventSlim? started = null,
        ManualResetEventSlim? goOn = null
    )
    {
        for (var piece = 0; piece < pieces; piece++)
        {
            started?.Set();
            goOn?.Wait(TestContext.Current.CancellationToken);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            SpinWait.SpinUntil(() => clock.ElapsedMilliseconds > 51);
            log.Add(name);
            yield return name;
        }
    }

    private static IEnumerable<string> Throwing()
    {
        yield return "";
        throw new IOException();
    }
}
