using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// Answers requests in memory, on a thread of its own, as a link's reader would.
/// </summary>
internal sealed class MemoryFriend : IDisposable
{
    private const int FrameBytes = 64 * 1024;
    private readonly Dictionary<ContentId, byte[]> _contents = [];
    private readonly Channel<(Request Request, IStreamSink Sink, StrongBox Cancelled)> _requests =
        Channel.CreateUnbounded<(Request, IStreamSink, StrongBox)>();
    private readonly Thread _thread;
    private volatile bool _isGone;

    internal MemoryFriend()
    {
        _thread = new(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>May change the bytes of a DATA frame, in place.</summary>
    internal Action<RunOfContent, Memory<byte>>? Tamper { get; set; }

    /// <summary>May wait, throw or act before a slice is answered.</summary>
    internal Action<RunOfContent>? Before { get; set; }

    internal int SlicesSent { get; private set; }

    /// <summary>Says nothing more from here on, as one whose link is gone.</summary>
    internal void Leave() => _isGone = true;

    internal List<RunOfContent> Asked { get; } = [];

    internal ContentId Add(byte[] bytes)
    {
        var id = new ContentId(RootOf(bytes), bytes.Length);
        _contents[id] = bytes;
        return id;
    }

    internal Action? Open(LinkId link, Request request, int credit, IStreamSink sink)
    {
        var cancelled = new StrongBox();
        return !_isGone && _requests.Writer.TryWrite((request, sink, cancelled))
            ? () => cancelled.Value = true
            : null;
    }

    public void Dispose()
    {
        _isGone = true;
        _requests.Writer.TryComplete();
        _thread.Join();
    }

    internal static Hash256[] LayerOf(byte[] bytes)
    {
        var hasher = new RunHasher();
        var layer = new Hash256[MerkleTree.RunCount(bytes.Length)];
        for (var run = 0; run < layer.Length; run++)
        {
            hasher.Begin(bytes.Length, run);
            var length = MerkleTree.RunLength(bytes.Length, run);
            hasher.Append(bytes.AsSpan(run * MerkleTree.RunBytes, length));
            layer[run] = hasher.Finish();
        }

        return layer;
    }

    internal static Hash256 RootOf(byte[] bytes)
    {
        var layer = LayerOf(bytes);
        return layer.Length switch
        {
            0 => default,
            1 => layer[0],
            _ => MerkleTree.RootOfLayer(layer, bytes.Length),
        };
    }

    private void Run()
    {
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_requests.Reader.TryRead(out var next))
                Answer(next.Request, next.Sink, next.Cancelled);
        }
    }

    private void Answer(Request request, IStreamSink sink, StrongBox cancelled)
    {
        if (request.Leaves is { } leaves)
        {
            _ = RunOfContent.TryParse(leaves.Slice, out var run);
            sink.Part(MemoryMarshal.AsBytes(Hashed(run).Leaves));
            sink.Ended();
            return;
        }

        foreach (var slice in request.Fetch.Slices)
        {
            if (!RunOfContent.TryParse(slice, out var run) || !AnswerSlice(run, sink, cancelled))
            {
                sink.Failed(null);
                return;
            }
        }

        sink.Ended();
    }

    private bool AnswerSlice(RunOfContent run, IStreamSink sink, StrongBox cancelled)
    {
        lock (Asked)
            Asked.Add(run);
        Before?.Invoke(run);
        if (_isGone)
            return false;
        if (!_contents.TryGetValue(run.Id, out var bytes))
        {
            var status = SliceHeader.Types.Status.NotFound;
            sink.Part(new SliceHeader { Status = status }.ToByteArray());
            return true;
        }

        var tree = new RunTree(bytes.Length > MerkleTree.RunBytes ? LayerOf(bytes) : []);
        var proof = new Hash256[tree.ProofCount];
        tree.Prove(run.Run, proof);
        var header = new SliceHeader
        {
            Proof = ByteString.CopyFrom(MemoryMarshal.AsBytes<Hash256>(proof)),
        };
        sink.Part(header.ToByteArray());
        var data = bytes.AsMemory(run.Run * MerkleTree.RunBytes, run.Bytes).ToArray().AsMemory();
        Tamper?.Invoke(run, data);
        for (var at = 0; at < data.Length; at += FrameBytes)
        {
            var frame = data.Slice(at, Math.Min(FrameBytes, data.Length - at)).Span;
            if (cancelled.Value)
                return false;
            var space = sink.DataSpace(frame.Length);
            if (space.IsEmpty)
                return false;
            frame.CopyTo(space);
            sink.DataReceived(frame.Length);
        }

        SlicesSent++;
        return true;
    }

    private RunHasher Hashed(RunOfContent run)
    {
        var hasher = new RunHasher();
        hasher.Begin(run.Id.Length, run.Run);
        hasher.Append(_contents[run.Id].AsSpan(run.Run * MerkleTree.RunBytes, run.Bytes));
        return hasher;
    }

    internal sealed class StrongBox
    {
        internal volatile bool Value;
    }
}

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
