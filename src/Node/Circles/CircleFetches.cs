using System.Collections.Concurrent;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>Opens a stream for a request; null: the link is gone. Gives what cancels it.</summary>
internal delegate Action? OpenStream(LinkId link, Request request, int credit, IStreamSink sink);

/// <summary>Asks friends for circle catalogs: several at once, or one in parts.</summary>
internal sealed class CircleFetches(
    CircleStore store,
    OpenStream open,
    string spoolFolder,
    Action<Input> post
) : IDisposable
{
    private readonly CircleParts _parts = new(store, spoolFolder);
    private readonly ConcurrentDictionary<AskId, UnderWay> _asks = [];

    /// <summary>From the engine's thread; never blocks.</summary>
    internal void Fetch(Effect.FetchCircle fetch)
    {
        // Known before the answer can end, so that what ended is not remembered.
        _asks[fetch.Ask] = new UnderWay();
        if (fetch.Parts != 0)
        {
            _ = FetchPartsAsync(fetch);
            return;
        }

        var batch = new CircleBatch(store, fetch, post);
        Open(fetch, batch.Request, batch.Read, End);
    }

    /// <summary>It is canceled, also if it was not asked yet; that it ended is still said.
    /// </summary>
    internal void GiveUp(AskId ask) => _asks.GetValueOrDefault(ask)?.GiveUp();

    public void Dispose() => _parts.Dispose();

    private async Task FetchPartsAsync(Effect.FetchCircle fetch)
    {
        var (head, groups) = (fetch.Wants[0], fetch.Parts);
        PartsAsked asked;
        try
        {
            var pieces = _parts.Ask(head, fetch.Have[0], groups);
            asked = (await store.RunAsync(fetch.Friend, pieces))!;
        }
        catch (Exception e) when (StorageFault.Is(e) || e is OperationCanceledException)
        {
            End(new Input.CircleAskEnded(fetch.Ask, CircleEnd.OurFault));
            return;
        }

        Open(
            fetch,
            asked.Request,
            Read,
            ended =>
            {
                _parts.Leave(asked.Coming);
                End(ended);
            }
        );

        IEnumerable<CircleEnd> Read(CircleAnswer answer, Stream content)
        {
            var outcome = new CircleOutcome(CircleEnd.CutOff);
            var feed = new DeltaFeed(content, Limits.DeltasKeptBytes);
            foreach (var piece in _parts.Take(asked.Coming, fetch.Sponsor, groups, answer, feed))
            {
                outcome = piece ?? outcome;
                yield return default;
            }

            post(outcome.Report(fetch.Ask, 0));
            yield return outcome.End is CircleEnd.Held or CircleEnd.InPart
                ? CircleEnd.Held
                : CircleEnd.CutOff;
        }
    }

    private void Open(
        Effect.FetchCircle fetch,
        CircleRequest request,
        ReadCircle read,
        Action<Input.CircleAskEnded> end
    )
    {
#pragma warning disable CA2000 // The sink owns it, and hears of every end.
        var spool = new Spool(spoolFolder, Limits.CatalogBytesMax);
#pragma warning restore CA2000
        var sink = new CircleSink(fetch.Ask, fetch.Friend, store, spool, read, post, end);
        var asked = new Request { Circle = request };
        var ask = _asks[fetch.Ask];
        if (
            ask.IsGivenUp
            || open(fetch.Link, asked, (int)Limits.CatalogBytesMax, sink) is not { } cancel
        )
        {
            sink.Failed(null);
        }
        else
        {
            ask.Opened(cancel);
        }
    }

    private void End(Input.CircleAskEnded ended)
    {
        _asks.TryRemove(ended.Ask, out _);
        post(ended);
    }

    /// <summary>A question of which it is not known how it ends.</summary>
    private sealed class UnderWay
    {
        private readonly Lock _gate = new();
        private Action? _cancel;

        internal bool IsGivenUp { get; private set; }

        internal void Opened(Action cancel)
        {
            lock (_gate)
            {
                _cancel = cancel;
                if (!IsGivenUp)
                {
                    return;
                }
            }

            cancel();
        }

        internal void GiveUp()
        {
            Action? cancel;
            lock (_gate)
            {
                IsGivenUp = true;
                cancel = _cancel;
            }

            cancel?.Invoke();
        }
    }
}
