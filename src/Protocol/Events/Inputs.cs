using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

/// <summary>What may happen to a node. Wire input is already checked (Protocol/Wire).</summary>
public abstract partial record Input
{
    private Input() { }

    /// <summary>Time passed; sent when <c>Engine.Deadline</c> is reached.</summary>
    public sealed record Tick : Input;

    /// <summary>We have this friend, from the store at start or just now.</summary>
    public sealed record FriendKnown(FriendId Friend, IReadOnlyList<string> Addresses) : Input;

    public sealed record FriendRemoved(FriendId Friend) : Input;

    /// <summary>A handshake with a friend completed.</summary>
    public sealed record LinkOpened(LinkId Link, FriendId Friend, bool Dialed, string Address)
        : Input;

    /// <param name="Friend">Null: of a path, or not known.</param>
    public sealed record LinkClosed(LinkId Link, string Why, FriendId? Friend = null) : Input;

    /// <summary>No dialed address led to a link.</summary>
    public sealed record DialFailed(FriendId Friend, string Why) : Input;

    /// <summary>Where this node can be reached changed.</summary>
    public sealed record OwnAddresses(IReadOnlyList<string> Addresses) : Input;

    public sealed record MessageReceived(LinkId Link, Message Message) : Input;

    public sealed record RequestReceived(LinkId Link, StreamId Stream, Request Request) : Input;

    /// <summary>How much may be fetched, and passed on for others; before: no limit.</summary>
    public sealed record LimitsChanged(Rates Down, Rates Relay) : Input;

    /// <summary>What we show this friend has this head now.</summary>
    public sealed record ViewChanged(FriendId Friend, CatalogHead Head) : Input;

    /// <summary>The store holds this catalog of a friend (at start, or after an apply).</summary>
    public sealed record CatalogHeld(FriendId Friend, CatalogHead Head) : Input;

    /// <param name="Lasting">Asking again soon cannot help: it lied, or is over a limit.</param>
    public sealed record CatalogFailed(FriendId Friend, string Why, bool Lasting = false) : Input;

    /// <summary>The answer to a catalog request is sent, or given up.</summary>
    public sealed record CatalogServed(LinkId Link, StreamId Stream) : Input;

    /// <summary>Fetch these files; also sent at start for each unfinished transfer.</summary>
    public sealed record Download(TransferId Transfer, IReadOnlyList<WantedFile> Files) : Input
    {
        /// <summary>Friends are not told that we fetch it, nor served what came.</summary>
        public bool IsQuiet { get; init; }

        /// <summary>Where it goes: what that is slow with keeps only its own waiting.</summary>
        public int Disk { get; init; }
    }

    /// <summary>That transfer is done, and its files can be served while it is listed.</summary>
    public sealed record DownloadHeld(TransferId Transfer, IReadOnlyList<ContentId> Files) : Input;

    /// <summary>It is not listed any more.</summary>
    public sealed record DownloadForgotten(TransferId Transfer) : Input;

    /// <summary>It was here, done; somebody moved or changed it.</summary>
    public sealed record ContentGone(ContentId Content) : Input;

    public sealed record DownloadPaused(TransferId Transfer) : Input;

    public sealed record DownloadCancelled(TransferId Transfer) : Input;

    /// <summary>A reader wants these runs of a file next, in this order.</summary>
    /// <param name="Runs">0: the reader is gone.</param>
    public sealed record ReadAhead(
        ReaderId Reader,
        TransferId Transfer,
        int File,
        int Run,
        int Runs
    ) : Input;

    /// <summary>
    /// Who offers this content, answering <see cref="Effect.FindSources"/>.
    /// </summary>
    public sealed record SourcesFound(
        TransferId Transfer,
        int File,
        IReadOnlyList<SourceId> Sources
    ) : Input;

    /// <summary>One slice of a fetch is verified and written (not yet synced).</summary>
    public sealed record SliceStored(FetchId Fetch, int Index) : Input;

    /// <summary>One slice of a fetch was not delivered, or was wrong.</summary>
    public sealed record SliceFailed(FetchId Fetch, int Index, SliceFailure Why) : Input;

    /// <summary>Bytes arrive for this fetch; once a second is enough.</summary>
    /// <param name="Bytes">So many of it came, in all.</param>
    public sealed record FetchProgress(FetchId Fetch, long Bytes) : Input;

    /// <summary>Nothing of a fetch is still to come, but something to be written.</summary>
    /// <param name="Bytes">All that came of it.</param>
    public sealed record FetchCame(FetchId Fetch, long Bytes) : Input;

    /// <summary>No more will come of this fetch; slices not reported are still missing.</summary>
    public sealed record FetchEnded(FetchId Fetch) : Input;
}
