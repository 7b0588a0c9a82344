using System.Threading.Channels;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Serving;

/// <summary>
/// Serves one link: its requests one after another, in the order they came. The link's own queue
/// holds a few MiB, so the disk reads ahead while the link seals and sends.
/// </summary>
internal sealed class LinkServing : IDisposable
{
    private readonly Channel<(Answer Answer, Request Request)> _requests;
    private readonly FetchAnswer _reader;
    private readonly Action<string> _log;

    /// <summary>Of which something is to be read or waits to be sent.</summary>
    private readonly List<(Answer Answer, Request Request)> _underWay = [];

    internal LinkServing(FetchAnswer reader, Action<string> log)
    {
        (_reader, _log) = (reader, log);
        _requests = Channel.CreateBounded<(Answer, Request)>(
            new BoundedChannelOptions(Limits.LinkStreamsMax) { SingleReader = true }
        );
        _ = Task.Run(RunAsync);
    }

    /// <summary>Never blocks; a friend that asks for too much at once is refused.</summary>
    internal void Add(Answer answer, Request request)
    {
        // Known before it is looked up: a change in between finds it here.
        lock (_underWay)
        {
            _underWay.RemoveAll(one => one.Answer.IsGone);
            _underWay.Add((answer, request));
        }

        if (!_requests.Writer.TryWrite((answer, request)))
            answer.Reset(ResetCode.Busy);
    }

    /// <summary>
    /// From any thread: what the friend may see has changed. Requests with something in them that
    /// it may not see any more end here, with all of them that waits; which that was, and why, is
    /// not said.
    /// </summary>
    internal void Recheck()
    {
        _reader.Forget();
        (Answer Answer, Request Request)[] all;
        lock (_underWay)
        {
            all = [.. _underWay.Where(one => !one.Answer.IsGone)];
        }

        foreach (var (answer, request) in all)
        {
            if (!IsStillForIt(request))
                answer.Reset(ResetCode.NotFound);
        }
    }

    /// <summary>Ends after the request in hand, which ends with its link.</summary>
    public void Dispose() => _requests.Writer.TryComplete();

    private async Task RunAsync()
    {
        using (_reader)
        {
            while (await AwaitAsync())
            {
                while (_requests.Reader.TryRead(out var next))
                {
                    // Given up while it waited: nothing is read for nobody.
                    if (!next.Answer.IsOver)
                    {
                        await ServeAsync(next.Answer, next.Request);
                    }
                }
            }
        }
    }

    /// <summary>Until there is a request; false: there will be none.</summary>
    private async Task<bool> AwaitAsync()
    {
        var next = _requests.Reader.WaitToReadAsync().AsTask();
        if (!next.IsCompleted && _reader.HoldsFiles)
        {
            await ((Task)next)
                .WaitAsync(OpenFiles.KeptTime)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // An idle link keeps no disk from being taken out.
            if (!next.IsCompleted)
                _reader.CloseFiles();
        }

        return await next;
    }

    private bool IsStillForIt(Request request)
    {
        try
        {
            return _reader.IsStillFor(request);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Who cannot be told to be allowed is not.
            return false;
        }
    }

    private async Task ServeAsync(Answer answer, Request request)
    {
        try
        {
            if (request.Fetch is { } fetch)
                await _reader.FetchAsync(answer, fetch);
            else
                await _reader.LeavesAsync(answer, request.Leaves);
        }
        catch (OperationCanceledException)
        {
            // The friend gave it up, or the link is gone.
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            _log($"A friend's request could not be answered: {e.Message}");
            answer.Reset(ResetCode.Failed);
        }
    }
}
