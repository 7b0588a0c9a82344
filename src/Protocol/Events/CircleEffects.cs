using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

/// <summary>A friend's word about one pseudonym, to be kept.</summary>
/// <param name="Head">Null: the friend tells it no more.</param>
public sealed record OfferChange(PseudonymId Pseudonym, SignedHead? Head, int Hops);

public abstract partial record Effect
{
    /// <summary>Sign and store a head of ours; answer HeadSigned.</summary>
    /// <param name="Who">Null: a fresh pseudonym.</param>
    public sealed record SignHead(PseudonymId? Who, long Version, CatalogHead Content, int Horizon)
        : Effect;

    /// <summary>
    /// Ask this link for these catalogs by one CircleRequest; answer CircleFetched for each that
    /// can be told apart, then CircleAskEnded.
    /// </summary>
    /// <param name="Have">For each: the pseudonym whose catalog in the store is nearest.</param>
    /// <param name="Parts">Only these groups of the one want, saying which leaves are held; 0:
    /// all of each.</param>
    /// <param name="Sponsor">Whose quota what comes counts for.</param>
    /// <param name="IsFull">Shorten no tag: one of them did not suffice.</param>
    public sealed record FetchCircle(
        AskId Ask,
        LinkId Link,
        FriendId Friend,
        IReadOnlyList<SignedHead> Wants,
        IReadOnlyList<PseudonymId?> Have,
        uint Parts,
        FriendId Sponsor,
        bool IsFull
    ) : Effect;

    /// <summary>
    /// Apply this delta, which came with its head, to that pseudonym's catalog; answer
    /// CircleFetched with want 0, once, and no CircleAskEnded.
    /// </summary>
    public sealed record ApplyCircle(
        AskId Ask,
        FriendId Friend,
        SignedHead Head,
        ReadOnlyMemory<byte> Delta
    ) : Effect;

    /// <summary>This question takes too long: cancel it. Its CircleAskEnded still comes.</summary>
    public sealed record GiveUpCircle(AskId Ask) : Effect;

    /// <summary>
    /// Answer a circle request on that stream, want by want; then CircleServed. Another link
    /// may have been used for the head: what counts is its root.
    /// </summary>
    /// <param name="Wants">Null: missing, whatever the store holds.</param>
    public sealed record ServeCircle(
        LinkId Link,
        StreamId Stream,
        FriendId Friend,
        IReadOnlyList<SignedHead?> Wants,
        CircleRequest Request
    ) : Effect;

    /// <summary>Keep what this friend told, for HeadsKnown; need not be durable at once.</summary>
    public sealed record KeepOffers(FriendId Friend, IReadOnlyList<OfferChange> Changes) : Effect;

    /// <summary>This pseudonym is held at this head without having been asked for.</summary>
    /// <param name="SameAs">Its content is this other one's; null: it is its own.</param>
    /// <param name="Sponsor">The friend whose quota it counts for.</param>
    public sealed record KeepCircle(SignedHead Held, PseudonymId? SameAs, FriendId Sponsor)
        : Effect;

    /// <summary>This pseudonym's catalog is not to be kept.</summary>
    public sealed record DropCircle(PseudonymId Pseudonym) : Effect;

    /// <summary>For people: why circle catalogs that this friend offers are not fetched.
    /// </summary>
    public sealed record CircleWaits(FriendId Friend, string Why) : Effect;
}
