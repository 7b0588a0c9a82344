using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Paths;

/// <summary>Ways to a pseudonym over links that are up, fewest hops first.</summary>
public delegate IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym);

/// <summary>
/// Ways to a pseudonym that may be told to who asks over that link; empty for one that was never
/// told there: a relay confirms nothing.
/// </summary>
public delegate IReadOnlyList<Route> RoutesFor(PseudonymId pseudonym, LinkId asker);

/// <summary>The path key of a pseudonym's signed head; null: none is known.</summary>
public delegate Hash256? PathKeyOf(PseudonymId pseudonym);

/// <summary>What paths need to know of pseudonyms.</summary>
public sealed record PathWays(
    RoutesTo To,
    RoutesFor For,
    PathKeyOf KeyOf,
    Func<PseudonymId, bool> IsOwn
);
