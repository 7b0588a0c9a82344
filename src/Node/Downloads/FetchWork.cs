using System.Collections.Concurrent;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Downloads;

/// <summary>Opens a stream on a link for a request, with a first credit in bytes.</summary>
/// <returns>What cancels it, from any thread; null if the link is gone or full.</returns>
public delegate Action? OpenStream(LinkId link, Request request, int credit, IStreamSink sink);

/// <summary>The fetches underway, and what they share.</summary>
internal sealed class FetchWork(
    OpenStream open,
    Action<Input> report,
    Action<Download, DiskException> diskFailed,
    Action<string> log
)
{
    private const int BlocksKept = 40;
    private readonly ConcurrentDictionary<FetchId, (FetchSink Sink, Action Close)> _underway = [];

    internal BlockPool Blocks { get; } = new(BlocksKept);

    internal Action<Input> Report => report;

    internal Action<Download, DiskException> DiskFailed => diskFailed;

    /// <summary>Asks; the answer and its end come back as inputs.</summary>
    /// <param name="download">Null, or not to be entered: it is gone, and the fetch ends.</param>
    internal void Start(Effect.Fetch fetch, Download? download)
    {
        if (download is null || !download.TryEnter())
        {
            EndLater(fetch.Id);
            return;
        }

        var asked = new RunOfContent[fetch.Slices.Count];
        var request = new FetchRequest();
        var bytes = 0;
        for (var i = 0; i < asked.Length; i++)
        {
            var slice = fetch.Slices[i];
            asked[i] = new(download.Content.Files[slice.File].Id, slice.Run);
            request.Slices.Add(asked[i].ToRequest());
            bytes += asked[i].Bytes;
        }

        var sink = new FetchSink(this, fetch, download, asked);
        // Known before it opens: its end may come before this returns.
        var closing = new Closing();
        _underway[fetch.Id] = (sink, closing.Close);
        var close = open(fetch.Link, new() { Fetch = request }, bytes, sink);
        if (close is null)
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Cancel(), sink, preferLocal: false);
        else
            closing.Set(close);
    }

    internal void Cancel(FetchId id)
    {
        if (!_underway.TryGetValue(id, out var fetch))
            return;
        fetch.Close();
        // Its end is an input; the engine, whose thread this is, must not wait for itself.
        ThreadPool.UnsafeQueueUserWorkItem(static s => s.Cancel(), fetch.Sink, preferLocal: false);
    }

    internal void CloseStream(FetchId id)
    {
        if (_underway.TryGetValue(id, out var fetch))
            fetch.Close();
    }

    internal void Ended(FetchId id)
    {
        _underway.TryRemove(id, out _);
        report(new Input.FetchEnded(id));
    }

    /// <summary>Finds out which leaf of a corrupt slice is wrong, and says so.</summary>
    /// <param name="found">Told the leaf.</param>
    internal void AskLeaves(
        Effect.Fetch fetch,
        int index,
        LeafQuestion question,
        Action<long> found
    )
    {
        var sink = new LeafSink(question, fetch, index, found, log);
        if (open(fetch.Link, new() { Leaves = question.ToRequest() }, 0, sink) is null)
            sink.Failed(null);
    }

    private void EndLater(FetchId id) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.report(new Input.FetchEnded(state.id)),
            (report, id),
            preferLocal: false
        );

    /// <summary>A cancel that may be wanted before it is known.</summary>
    private sealed class Closing
    {
        private Action? _close;
        private int _wanted;

        internal void Set(Action close)
        {
            _close = close;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _wanted) != 0)
                close();
        }

        internal void Close()
        {
            Volatile.Write(ref _wanted, 1);
            Interlocked.MemoryBarrier();
            _close?.Invoke();
        }
    }
}
