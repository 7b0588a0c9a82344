using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// A transfer that lacks little does not wait for a place in a window: it is asked at once, of who
/// answers soonest, and its answer goes before bulk (<see cref="Link.SendClass.Prompt"/>).
/// </summary>
internal sealed class Prompts(Sources sources, Guilt guilt, Queue<Effect> effects)
{
    private readonly List<SourceLink> _links = [];

    /// <summary>Asks beside the windows, before they are filled.</summary>
    internal void Ask(List<Wanted> transfers, Instant now)
    {
        if (!transfers.Exists(IsWaiting))
            return;
        _links.Clear();
        _links.AddRange(
            sources
                .Links.Where(link => sources.CanAskPrompt(link, now))
                .OrderBy(link => guilt.Holds(link.Source, now))
                .ThenBy(link => link.Pace.DelaySeconds)
        );
        foreach (var wanted in transfers)
        {
            if (_links.Count == 0)
                return;
            if (IsWaiting(wanted) && TryAsk(wanted, now))
                _links.RemoveAll(link => !sources.CanAskPrompt(link, now));
        }
    }

    private static bool IsWaiting(Wanted wanted) =>
        wanted is { IsLittle: true, Free: > 0, MayAsk: true };

    private bool TryAsk(Wanted wanted, Instant now)
    {
        var any = false;
        foreach (var link in _links)
        {
            // Asked last, and one fetch at a time.
            if (wanted.Underway > 0 && guilt.Holds(link.Source, now))
                continue;
            var slices = wanted.Take(
                link.Source,
                Limits.PromptBytesMax,
                sources.Linked,
                file => effects.Enqueue(new Effect.FindSources(wanted.Id, file)),
                isRead: true
            );
            if (slices.Count == 0)
                continue;
            wanted.Why = null;
            sources.Ask(link, wanted, slices, now, isPrompt: true);
            any = true;
        }

        return any;
    }
}
