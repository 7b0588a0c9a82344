using FriendNet.Crypto.Merkle;
using FriendNet.Node.Blocks;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Running;

/// <summary>
/// Answers a friend that asks for its view; one worker each, bounded by the engine.
/// </summary>
public sealed class CatalogAnswers(
    LinkTable links,
    Views views,
    BlockQuota blocks,
    Action<Input> post,
    Action<string> warn
)
{
    private readonly AnswersUnderWay _underWay = new();

    /// <summary>From the engine's thread; never blocks.</summary>
    public void Serve(Effect.ServeCatalog effect) => _ = Task.Run(() => ServeAsync(effect));

    /// <summary>The friend sees less than before: what is under way to it ends.</summary>
    public void Reset(FriendId friend) => _underWay.Reset(friend);

    private async Task ServeAsync(Effect.ServeCatalog effect)
    {
        if (links.Find(effect.Link)?.BeginAnswer(effect.Stream) is not { } answer)
        {
            return;
        }

        try
        {
            var have = effect.Request.HaveRoot.IsEmpty
                ? default
                : new Hash256(effect.Request.HaveRoot.Span);
            _underWay.Add(effect.Friend, answer);
            using var delta = views.Delta(effect.Friend, have);
            if (delta is null)
            {
                answer.Reset(ResetCode.NotFound);
                return;
            }

            await answer.DataAsync(delta.Read(), blocks);
            answer.End();
        }
        catch (OperationCanceledException)
        {
            // The friend gave it up, or the link is gone.
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            warn($"A friend's request for our catalog could not be answered: {e.Message}");
            answer.Reset(ResetCode.Failed);
        }
        finally
        {
            post(new Input.CatalogServed(effect.Link, effect.Stream));
        }
    }
}
