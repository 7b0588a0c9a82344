using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>How it asks for catalogs, answers, and keeps what came.</summary>
internal sealed partial class CircleNode
{
    private void Ask(Effect.FetchCircle fetch)
    {
        _asks.Add(fetch.Ask, fetch);
        if (PeerOn(fetch.Link) is not { } teller)
        {
            Post(() => End(fetch.Ask, CircleEnd.CutOff));
            return;
        }

        var request = fetch.Parts == 0 ? RequestOf(fetch) : PartsOf(fetch);
        var stream = new StreamId(_lastStream += 2);
        _streams[stream.Value] = fetch.Ask;
        var bytes = new Request { Circle = request }.ToByteArray();
        _world.Post(() =>
        {
            Xunit.Assert.True(ControlMessages.TryParse(bytes, out Request? parsed));
            if (teller.PeerOn(fetch.Link) is not null)
                teller.Handle(new Input.RequestReceived(fetch.Link, stream, parsed));
        });
    }

    private CircleRequest RequestOf(Effect.FetchCircle fetch) =>
        CircleWants.Of(
            [
                .. fetch.Wants.Zip(
                    fetch.Have,
                    (head, have) =>
                        (
                            head.Head.Content.Root.Tag,
                            have is { } id ? Held[id].Head.Head.Content.Root.Tag : 0
                        )
                ),
            ],
            fetch.IsFull
        );

    private CircleRequest PartsOf(Effect.FetchCircle fetch)
    {
        var held = fetch.Have[0] is { } id ? Held[id].Content : null;
        return _parts.Ask(fetch.Wants[0], held, fetch.Parts);
    }

    // One answer for each want: null is missing, empty is compare.
    private void Serve(Effect.ServeCircle serve)
    {
        if (IsMute)
            return;
        if (PeerOn(serve.Link) is not { } asker)
        {
            Handle(new Input.CircleServed(serve.Friend, serve.Link, serve.Stream));
            return;
        }

        if (serve.Request.Parts != 0)
        {
            ServeParts(serve, asker);
            return;
        }

        var answers = new List<byte[]?>();
        for (var i = 0; i < serve.Wants.Count; i++)
        {
            var want = serve.Wants[i];
            answers.Add(want is null ? null : Lie?.Invoke(want) ?? Answer(serve, i, want));
            if (want is not null && answers[i] is { Length: > 0 } bytes)
                _world.Content.Add((this, asker, want.Pseudonym, bytes.Length));
        }

        _world.Post(() => asker.Answered(serve.Stream, answers));
        Handle(new Input.CircleServed(serve.Friend, serve.Link, serve.Stream));
    }

    private void ServeParts(Effect.ServeCircle serve, CircleNode asker)
    {
        var output = new ArrayBufferWriter<byte>();
        var head = serve.Wants[0]!;
        var content = ContentAt(head.Head.Content)!;
        var source = (LieInParts ?? content).EntriesOf;
        var nodes = PartAnswer.Write(content.Tree(), content.Head, serve.Request, source, output);
        _world.Content.Add((this, asker, head.Pseudonym, output.WrittenCount));
        _world.Post(() => asker.Answered(serve.Stream, nodes, output.WrittenMemory));
        Handle(new Input.CircleServed(serve.Friend, serve.Link, serve.Stream));
    }

    private byte[]? Answer(Effect.ServeCircle serve, int want, SignedHead head)
    {
        var content = ContentAt(head.Head.Content);
        if (content is null)
            return null;
        var isLarge = content.Entries.Length > 512;
        return isLarge && serve.Request.Wants[want].Have != 0 ? [] : content.Whole.ToArray();
    }

    private EntrySet? ContentAt(CatalogHead head) =>
        _shown.Head == head
            ? _shown
            : Held.Values.Select(h => h.Content).FirstOrDefault(c => c.Head == head);

    private void Answered(StreamId stream, List<byte[]?> answers)
    {
        if (!_streams.TryGetValue(stream.Value, out var id) || !_asks.TryGetValue(id, out var ask))
            return;
        for (var i = 0; i < answers.Count; i++)
            Answered(ask, i, answers[i]);
        EndStream(stream, CircleEnd.Held);
    }

    private void Answered(StreamId stream, CircleAnswer nodes, ReadOnlyMemory<byte> bytes)
    {
        if (!_streams.TryGetValue(stream.Value, out var id) || !_asks.TryGetValue(id, out var ask))
            return;
        var head = ask.Wants[0];
        var (end, left, delta) = _parts.Read(head, ask.Parts, nodes, bytes);
        if (end == CircleEnd.Held)
        {
            var before = ask.Have[0] is { } have ? Held[have].Content : EntrySet.Empty;
            Store(head, before.Apply(delta, head.Head.Content)!, ask.Sponsor);
        }

        var small = ask.Have[0] is null || delta.Length > 4096 ? default : delta;
        Handle(new Input.CircleFetched(ask.Ask, 0, end, delta.Length, small, left));
        EndStream(stream, CircleEnd.Held);
    }

    private void Answered(Effect.FetchCircle ask, int want, byte[]? answer)
    {
        var head = ask.Wants[want];
        var end =
            answer is null ? CircleEnd.Missing
            : answer.Length == 0 ? CircleEnd.Compare
            : CircleEnd.Held;
        if (end == CircleEnd.Held)
        {
            var content = EntrySet.Empty.Apply(answer, head.Head.Content);
            if (content is null)
                end = CircleEnd.Lied;
            else
                Store(head, content, ask.Friend);
        }

        Handle(new Input.CircleFetched(ask.Ask, want, end, answer?.Length ?? 0, default));
    }

    private void Store(SignedHead head, EntrySet content, FriendId sponsor)
    {
        Held[head.Pseudonym] = (head, content);
        _sponsors[head.Pseudonym] = sponsor;
    }

    private void Apply(Effect.ApplyCircle apply)
    {
        var content = Held.TryGetValue(apply.Head.Pseudonym, out var held)
            ? held.Content.Apply(apply.Delta, apply.Head.Head.Content)
            : null;
        if (content is not null)
            Store(apply.Head, content, apply.Friend);
        var end = content is null ? CircleEnd.Lied : CircleEnd.Held;
        var bytes = content?.Whole.Length ?? 0;
        Handle(new Input.CircleFetched(apply.Ask, 0, end, bytes, apply.Delta));
    }

    private void EndStream(StreamId stream, CircleEnd end)
    {
        if (_streams.Remove(stream.Value, out var ask))
            End(ask, end);
    }

    private void End(AskId ask, CircleEnd end)
    {
        if (_asks.Remove(ask))
            Handle(new Input.CircleAskEnded(ask, end));
    }
}
