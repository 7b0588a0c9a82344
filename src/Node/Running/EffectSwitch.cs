using FriendNet.Node.Catalogs;
using FriendNet.Node.Circles;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Node.Serving;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Node.Running;

/// <summary>
/// Carries out what the engine wants, on its thread: each effect only posts work.
/// </summary>
internal sealed class EffectSwitch(
    LinkTable links,
    Dialer dialer,
    FriendStore friends,
    CatalogStore catalogs,
    CatalogAnswers answers,
    CircleKeeper circles,
    Server server,
    Downloader downloads,
    PathTable paths,
    string spoolFolder,
    Action<Input> post,
    Action<string> warn
)
{
    private readonly CatalogBrowse _browse = new(catalogs);

    internal void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.Dial dial:
                dialer.Dial(dial.Friend, dial.Addresses);
                break;
            case Effect.CloseLink close:
                links.Find(close.Link)?.Close(close.Code);
                break;
            case Effect.Send send:
                links.Find(send.Link)?.Send(send.Message);
                break;
            case Effect.RememberAddresses remember:
                Work(() => friends.RememberAddresses(remember.Friend, remember.Addresses), null);
                break;
            case Effect.SyncCatalog sync:
                Work(() => Ask(sync), () => NotAsked(sync));
                break;
            case Effect.CatalogWaits waits:
                Work(() => warn($"The catalog of {NameOf(waits.Friend)} waits: {waits.Why}"), null);
                break;
            case Effect.ServeCatalog serve:
                answers.Serve(serve);
                break;
            case Effect.ServeFetch or Effect.ServeLeaves:
                server.Handle(effect);
                break;
            case Effect.Refuse refuse:
                links.Find(refuse.Link)?.Refuse(refuse.Stream, refuse.Code);
                break;
            case Effect.Blame blame:
                downloads.Handle(effect);
                Work(
                    () => warn($"{NameOf(blame.Source)} sent wrong bytes: see `transfer show`."),
                    null
                );
                break;
            case Effect.FindSources find:
                Work(() => Find(find), () => Found(find, []));
                break;
            default:
                if (!circles.TryHandle(effect) && !paths.Handle(effect))
                {
                    downloads.Handle(effect);
                }

                break;
        }
    }

    /// <summary>The same for these links.</summary>
    internal static Circles.OpenStream OpenerOf(LinkTable links) =>
        (link, request, credit, sink) => Open(links, link, request, credit, sink);

    /// <summary>Opens a stream for a fetch.</summary>
    internal static Action? Open(
        LinkTable links,
        LinkId id,
        Request request,
        int credit,
        IStreamSink sink
    )
    {
        var stream = default(StreamId);
        var link = links.Find(id);
        if (link is not null)
        {
            stream = link.Open(request, credit, sink);
        }

        return stream == default ? null : () => link!.Cancel(stream);
    }

    private void Ask(Effect.SyncCatalog sync)
    {
        var have = catalogs.HaveRoot(sync.Friend);
        var request = new CatalogRequest();
        if (!have.IsZero)
        {
            request.HaveRoot = ByteString.CopyFrom(have.ToArray());
        }

#pragma warning disable CA2000 // The sink owns it, and hears of every end.
        var spool = new Spool(spoolFolder, Limits.CatalogBytesMax);
#pragma warning restore CA2000
        var sink = new CatalogSink(sync.Friend, IsFriend, catalogs, spool, post);
        var wanted = new Request { Catalog = request };
        if (Open(links, sync.Link, wanted, (int)Limits.CatalogBytesMax, sink) is null)
        {
            sink.Failed(null);
        }
    }

    private void Find(Effect.FindSources find)
    {
        IReadOnlyList<SourceId> sources = downloads.ContentOf(find.Transfer, find.File) is { } id
            ? _browse.SourcesOf(id)
            : [];
        Found(find, sources);
    }

    private void Found(Effect.FindSources find, IReadOnlyList<SourceId> sources) =>
        post(new Input.SourcesFound(find.Transfer, find.File, sources));

    private void NotAsked(Effect.SyncCatalog sync) =>
        post(new Input.CatalogFailed(sync.Friend, "Our catalog database failed."));

    private string NameOf(SourceId source) =>
        source.Friend is { } friend ? NameOf(friend) : $"{source}";

    private string NameOf(FriendId friend) => friends.Find(friend)?.Name ?? "a former friend";

    private bool IsFriend(FriendId friend) => friends.Find(friend) is not null;

    /// <summary>
    /// What touches a database waits for the disk; the engine's thread does not.
    /// </summary>
    /// <param name="owed">Reports what the engine waits for where the work could not.</param>
    private void Work(Action work, Action? owed) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                try
                {
                    work();
                }
                catch (Exception e) when (StorageFault.Is(e))
                {
                    warn($"A database failed: {e.Message} If that goes on, check the disk.");
                    owed?.Invoke();
                }
            },
            null
        );
}
