using System.Runtime.InteropServices;
using System.Threading.Channels;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Links;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

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
