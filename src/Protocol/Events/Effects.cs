using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

/// <summary>
/// What the engine wants done. None is done by the engine itself, none may block it.
/// </summary>
public abstract partial record Effect
{
    private Effect() { }

    /// <summary>Try these addresses in order; answer LinkOpened or DialFailed.</summary>
    public sealed record Dial(FriendId Friend, IReadOnlyList<string> Addresses) : Effect;

    public sealed record CloseLink(LinkId Link, CloseCode Code) : Effect;

    public sealed record Send(LinkId Link, Message Message) : Effect;

    public sealed record RememberAddresses(FriendId Friend, IReadOnlyList<string> Addresses)
        : Effect;

    /// <summary>
    /// Ask for the friend's catalog and apply it; answer once: CatalogHeld or CatalogFailed.
    /// </summary>
    public sealed record SyncCatalog(LinkId Link, FriendId Friend, CatalogHead Wanted) : Effect;

    /// <summary>For people: why a friend's catalog is not the newest one.</summary>
    public sealed record CatalogWaits(FriendId Friend, string Why) : Effect;

    /// <summary>Answer a friend's catalog request on that stream; then CatalogServed.</summary>
    public sealed record ServeCatalog(
        LinkId Link,
        StreamId Stream,
        FriendId Friend,
        CatalogRequest Request
    ) : Effect;

    /// <summary>Answer a fetch on that stream, as far as who asks may see it.</summary>
    /// <param name="Friend">Null: somebody of the circle, over a path.</param>
    public sealed record ServeFetch(
        LinkId Link,
        StreamId Stream,
        FriendId? Friend,
        FetchRequest Request
    ) : Effect;

    /// <summary>Answer a question for leaf hashes on that stream.</summary>
    /// <param name="Friend">Null: somebody of the circle, over a path.</param>
    public sealed record ServeLeaves(
        LinkId Link,
        StreamId Stream,
        FriendId? Friend,
        LeavesRequest Request
    ) : Effect;

    public sealed record Refuse(LinkId Link, StreamId Stream, ResetCode Code) : Effect;

    /// <summary>Who offers this content? Answer SourcesFound.</summary>
    public sealed record FindSources(TransferId Transfer, int File) : Effect;

    /// <summary>
    /// Ask this link for these slices; answer per slice, then FetchEnded, exactly once, also if
    /// the link is gone or the fetch is cancelled.
    /// </summary>
    public sealed record Fetch(
        FetchId Id,
        LinkId Link,
        TransferId Transfer,
        IReadOnlyList<Slice> Slices
    ) : Effect;

    /// <summary>Give this fetch up; its slices go elsewhere.</summary>
    public sealed record CancelFetch(FetchId Id) : Effect;

    /// <summary>
    /// For people: this source, over this link, sent a run that is not the file's.
    /// </summary>
    public sealed record Blame(TransferId Transfer, Slice Slice, LinkId Link, SourceId Source)
        : Effect;

    /// <summary>All slices of all files are stored: sync, put in place.</summary>
    public sealed record Finish(TransferId Transfer) : Effect;

    /// <summary>For people: why a transfer waits.</summary>
    public sealed record TransferWaits(TransferId Transfer, string Why) : Effect
    {
        /// <summary>The one reason that time alone does not mend.</summary>
        public const string WrongData =
            "All who offer the rest sent wrong data; resume it to ask them again.";

        /// <summary>Whoever offers it may be asked nothing now.</summary>
        public const string Limit = "A limit holds it: see `friendnet limit show`.";

        /// <summary>What came for it waits to be written.</summary>
        public const string Disk = "The disk it goes to is behind; it goes on when that is done.";
    }
}
