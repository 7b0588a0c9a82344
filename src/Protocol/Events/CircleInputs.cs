using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

/// <summary>What a friend told: a head, and how many links it is from us to the owner.</summary>
public sealed record ToldHead(SignedHead Head, int Hops);

/// <summary>A circle catalog in our store, complete.</summary>
/// <param name="Sponsor">The friend whose quota it counts for: who brought it.</param>
/// <param name="Encoded">Its bytes there, by the same count as the quota's.</param>
public sealed record HeldCircle(SignedHead Head, FriendId Sponsor, long Encoded);

/// <summary>How a question for a circle catalog ended.</summary>
public enum CircleEnd
{
    /// <summary>The store holds it at the head now.</summary>
    Held,

    /// <summary>The groups that were asked for are here; others are not.</summary>
    InPart,

    /// <summary>The friend does not tell it, or not any more.</summary>
    Missing,

    /// <summary>Too large without a delta: ask again alone, saying which parts are held.</summary>
    Compare,

    /// <summary>What came does not lead to the head; what was verified before it stays.</summary>
    Lied,

    /// <summary>More than the head's entries or our limits allow.</summary>
    TooLarge,

    /// <summary>The link or the friend gave up; what was verified stays.</summary>
    CutOff,

    /// <summary>Our own store failed.</summary>
    OurFault,
}

public abstract partial record Input
{
    /// <summary>What we show the circle has this head now; null or no entries: nothing.</summary>
    public sealed record CircleChanged(CatalogHead? Head) : Input;

    /// <summary>A head of ours is signed, and that is stored; answers SignHead.</summary>
    /// <param name="Delta">From the pseudonym's last signed root, if that is small; or empty.
    /// </param>
    public sealed record HeadSigned(SignedHead Head, ReadOnlyMemory<byte> Delta) : Input;

    /// <summary>At start, before any friend: the last head of each own pseudonym.</summary>
    /// <param name="Since">When the current pseudonym was made; null: not known.</param>
    /// <param name="IsExposed">Who knew that one was removed from the friends since.</param>
    public sealed record OwnHeads(
        IReadOnlyList<SignedHead> Live,
        Instant? Since = null,
        bool IsExposed = false
    ) : Input;

    /// <summary>At start, before FriendKnown: all that this friend told us.</summary>
    public sealed record HeadsKnown(FriendId Friend, IReadOnlyList<ToldHead> Heads) : Input;

    /// <summary>At start, after HeadsKnown and before FriendKnown: what the store holds.
    /// </summary>
    public sealed record CirclesHeld(IReadOnlyList<HeldCircle> Circles) : Input;

    /// <summary>
    /// One want of FetchCircle or the one of ApplyCircle is done with. A want of FetchCircle may
    /// be reported at any time before its CircleAskEnded, once.
    /// </summary>
    /// <param name="Encoded">If held: bytes of the catalog in the store.</param>
    /// <param name="Delta">If held by one small delta: that one, to be told on; or empty.</param>
    /// <param name="Left">If here in part: the groups that are not.</param>
    public sealed record CircleFetched(
        AskId Ask,
        int Want,
        CircleEnd End,
        long Encoded,
        ReadOnlyMemory<byte> Delta,
        uint Left = 0
    ) : Input;

    /// <summary>
    /// No more comes of a FetchCircle, exactly once for each; wants not reported ended so.
    /// </summary>
    public sealed record CircleAskEnded(AskId Ask, CircleEnd End) : Input;

    /// <summary>The answer to a circle request is sent, or given up.</summary>
    public sealed record CircleServed(FriendId Friend, LinkId Link, StreamId Stream) : Input;
}
