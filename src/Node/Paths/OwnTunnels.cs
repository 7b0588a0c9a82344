using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>The paths that we ask for, until each is a link or has failed.</summary>
internal sealed class OwnTunnels(
    OurSide our,
    BlockPool blocks,
    Awaited awaited,
    PathEnds ends,
    Action<Input> post
)
{
    // Guarded by the gate of what is awaited, too: an opening and its stream go together.
    private readonly Dictionary<PathId, PathOpening> _openings = [];

    /// <summary>A snapshot of those asked for and not accepted.</summary>
    internal IReadOnlyList<PathOpening> All
    {
        get
        {
            lock (awaited.Gate)
            {
                return [.. _openings.Values];
            }
        }
    }

    internal void Open(Effect.OpenPath open)
    {
        if (our.Links.Find(open.Via) is not { } via)
        {
            post(new Input.PathFailed(open.Path, "the friend's link is gone"));
            return;
        }

        var opening = new PathOpening(open, via);
        lock (awaited.Gate)
        {
            _openings.Add(open.Path, opening);
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => Ask(opening), null);
    }

    /// <summary>Nothing where it is open already, or has failed.</summary>
    internal void Close(PathId path) => Take(path)?.Close();

    private void Ask(PathOpening opening)
    {
        string why;
        lock (awaited.Gate)
        {
            if (!_openings.ContainsKey(opening.Path))
            {
                return;
            }

            if (opening.TryAsk(our, blocks, code => Refused(opening, code), out why) is { } asked)
            {
                awaited.Add(
                    asked,
                    (_, up, accepted) =>
                        ThreadPool.UnsafeQueueUserWorkItem(_ => Finish(opening, up, accepted), null)
                );
                return;
            }
        }

        Fail(opening, why);
    }

    private void Refused(PathOpening opening, ResetCode? code) =>
        Fail(
            opening,
            code switch
            {
                ResetCode.NotFound => "no way there from that friend",
                ResetCode.Busy => "that friend relays enough already",
                null => "the friend's link was lost",
                _ => "it was given up on its way",
            }
        );

    // Whoever takes it out goes on with it; for all others it is over, and its keys may be gone.
    private void Finish(PathOpening opening, StreamId stream, UpRequest accepted)
    {
        if (Take(opening.Path) is null)
        {
            opening.Via.Refuse(stream, ResetCode.NotFound);
            return;
        }

        if (opening.TryJoin(stream, accepted) is { } start)
        {
            ends.Run(start, opening.Via, opening.Target);
            return;
        }

        opening.Close();
        var why = "whoever answered does not hold its key";
        post(new Input.PathFailed(opening.Path, why));
    }

    /// <summary>Told once, and only while somebody waits for it.</summary>
    private void Fail(PathOpening opening, string why)
    {
        if (Take(opening.Path) is not null)
        {
            opening.Close();
            post(new Input.PathFailed(opening.Path, why));
        }
    }

    private PathOpening? Take(PathId path)
    {
        lock (awaited.Gate)
        {
            if (_openings.Remove(path, out var opening) && opening.Asked is { } asked)
            {
                awaited.Forget(asked);
            }

            return opening;
        }
    }
}
