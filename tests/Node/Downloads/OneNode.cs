using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using FriendNet.Node.Downloads;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>A downloader, a scheduler and a thread between, on a home that stays.</summary>
internal sealed class OneNode : IDisposable
{
    private static readonly FriendId Source = new(1);
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>();
    private readonly Queue<Effect> _effects = [];
    private readonly Scheduler _scheduler;
    private readonly Thread _engine;
    private readonly Action _closeLinks;
    private readonly CancellationTokenSource _over = new();

    internal OneNode(string home, MemoryFriend friend, TimeProvider? time = null)
        : this(home, friend.Open, friend.Dispose, time) { }

    /// <summary>With link 1, however it opens streams.</summary>
    internal OneNode(string home, OpenStream open, Action closeLinks, TimeProvider? time = null)
    {
        _closeLinks = closeLinks;
        Home = home;
        Destination = Directory.CreateDirectory(Path.Join(home, "downloads")).FullName;
        _scheduler = new(default, new SeededEntropy(1), _effects);
        Downloader = new(Store(home), open, Report, Logged.Enqueue, time);
        _engine = new(Run) { IsBackground = true };
        _engine.Start();
        Report(new Input.LinkOpened(new(1), Source, true, ""));
        Downloader.Restore();
    }

    internal string Home { get; }

    internal string Destination { get; }

    internal Downloader Downloader { get; }

    /// <summary>What readers wanted.</summary>
    internal ConcurrentQueue<Input.ReadAhead> Sought { get; } = new();

    /// <summary>Transfers that the engine was told of, in that order.</summary>
    internal ConcurrentQueue<TransferId> Begun { get; } = new();

    internal ConcurrentQueue<string> Logged { get; } = new();

    internal static TransferStore Store(string home)
    {
        var path = Path.Join(home, "transfers.db");
        var opening = Database.Open(path, Durability.Full, TransferStore.Schema);
        return new(opening.Database ?? throw new InvalidOperationException(opening.Sentence));
    }

    internal void Report(Input input) => _inputs.Writer.TryWrite(input);

    internal TransferEnd WaitFor(TransferId id, int seconds = 60)
    {
        var end = Downloader.WhenEnded(id)!;
        Assert.True(end.Wait(TimeSpan.FromSeconds(seconds)), $"{Downloader.Find(id)}");
        return end.Result;
    }

    internal string PathOf(string name) => Path.Join(Destination, name);

    /// <summary>Ends almost as a crash would: nothing more is told or asked.</summary>
    public void Dispose()
    {
        _closeLinks();
        _over.Cancel();
        _engine.Join();
        Downloader.Dispose();
        _over.Dispose();
    }

    private void Run()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            while (true)
            {
                var now = new Instant(1_000_000 + (clock.ElapsedTicks / 1000));
                if (!TryNext(now, out var input))
                    continue;
                _scheduler.Handle(input, now);
                foreach (var effect in _effects.ToArray())
                    CarryOut(effect);
                _effects.Clear();
                if (input is Input.ReadAhead ahead)
                    Sought.Enqueue(ahead);
                else if (input is Input.Download begun)
                    Begun.Enqueue(begun.Transfer);
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private bool TryNext(Instant now, out Input input)
    {
        if (_inputs.Reader.TryRead(out input!))
            return true;
        var wait = _scheduler.Deadline is { } at ? at - now : TimeSpan.FromMinutes(10);
        input = new Input.Tick();
        if (wait <= TimeSpan.Zero)
            return true;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        bound.CancelAfter(wait + TimeSpan.FromMilliseconds(1));
        try
        {
            return _inputs.Reader.WaitToReadAsync(bound.Token).AsTask().GetAwaiter().GetResult()
                && _inputs.Reader.TryRead(out input!);
        }
        catch (OperationCanceledException) when (!_over.IsCancellationRequested)
        {
            return true;
        }
    }

    private void CarryOut(Effect effect)
    {
        if (effect is Effect.FindSources find)
            Report(new Input.SourcesFound(find.Transfer, find.File, [SourceId.Of(Source)]));
        else
            Downloader.Handle(effect);
    }
}
