using FriendNet.Node.Blocks;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Node.Circles;

/// <summary>
/// Answers friends that ask for circle catalogs, our own and those that we hold: one answer a
/// friend (the engine sees to that), a few written at once.
/// </summary>
#pragma warning disable CA1001 // The places hold no handle: nobody asks for theirs.
public sealed class CircleAnswers(
#pragma warning restore CA1001
    LinkTable links,
    CircleReads held,
    OwnCircle own,
    BlockQuota blocks,
    string spoolFolder,
    Action<Input> post,
    Action<string> warn
)
{
    private const int AnswersAtOnce = 2;
    private readonly AnswersUnderWay _underWay = new();
    private readonly SemaphoreSlim _places = new(AnswersAtOnce);

    /// <summary>From the engine's thread; never blocks.</summary>
    public void Serve(Effect.ServeCircle effect) => _ = Task.Run(() => ServeAsync(effect));

    /// <summary>
    /// The circle sees less of us than before: what we signed is not given any more, and what of
    /// it is under way ends.
    /// </summary>
    public void Narrow()
    {
        own.Drop();
        _underWay.Reset(Views.Circle);
    }

    private async Task ServeAsync(Effect.ServeCircle effect)
    {
        try
        {
            if (links.Find(effect.Link)?.BeginAnswer(effect.Stream) is { } answer)
            {
                await ServeAsync(effect, answer);
            }
        }
        finally
        {
            post(new Input.CircleServed(effect.Friend, effect.Link, effect.Stream));
        }
    }

    private async Task ServeAsync(Effect.ServeCircle effect, Answer answer)
    {
        try
        {
            using var spool = new Spool(spoolFolder);
            _underWay.Add(Views.Circle, answer);
            var (part, isOurs) = await WriteAsync(effect, answer, spool);
            if (!isOurs)
            {
                _underWay.Remove(answer);
            }

            if (part.Missing.Count == effect.Wants.Count)
            {
                answer.Reset(ResetCode.NotFound);
                return;
            }

            if (part.CalculateSize() > 0)
            {
                await answer.PartAsync(part.ToByteArray());
            }

            await answer.DataAsync(spool.Read(), blocks);
            answer.End();
        }
        catch (OperationCanceledException)
        {
            // The friend gave it up, or the link is gone.
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            warn($"A friend's request for circle catalogs could not be answered: {e.Message}");
            answer.Reset(ResetCode.Failed);
        }
    }

    // Friends wait for each other here and nowhere else: what is slow to send holds no place.
    private async Task<(CircleAnswer Part, bool IsOurs)> WriteAsync(
        Effect.ServeCircle effect,
        Answer answer,
        Spool spool
    )
    {
        await _places.WaitAsync();
        try
        {
            return effect.Request.Parts == 0
                ? Write(effect, answer, spool)
                : WriteParts(effect, spool);
        }
        finally
        {
            _places.Release();
        }
    }

    // Ours: something of our own is in it.
    private (CircleAnswer Part, bool IsOurs) Write(
        Effect.ServeCircle effect,
        Answer answer,
        Spool spool
    )
    {
        var (part, isOurs) = (new CircleAnswer(), false);
        var isAlone = effect.Wants.Count == 1;
        for (var want = 0; want < effect.Wants.Count && !answer.IsOver; want++)
        {
            var have = CircleWants.At(effect.Request, want).Have;
            var way = CircleWay.None;
            if (effect.Wants[want] is { } head)
            {
                way = own.Write(head.Head.Content, have, isAlone, spool);
                isOurs |= way != CircleWay.None;
                way = way == CircleWay.None ? held.Write(head, have, isAlone, spool) : way;
            }

            part.Compare |= way == CircleWay.Compare;
            if (way == CircleWay.None)
            {
                part.Missing.Add((uint)want);
            }
        }

        return (part, isOurs);
    }

    private (CircleAnswer Part, bool IsOurs) WriteParts(Effect.ServeCircle effect, Spool spool)
    {
        var (head, request) = (effect.Wants[0], effect.Request);
        var ours = head is null ? null : own.Write(head.Head.Content, request, spool);
        var part = ours ?? (head is null ? null : held.Write(head, request, spool));
        return (part ?? new CircleAnswer { Missing = { 0 } }, ours is not null);
    }
}
