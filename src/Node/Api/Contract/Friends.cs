namespace FriendNet.Node.Api.Contract;

/// <summary>POST /invites.</summary>
/// <param name="Seconds">Until it expires; null: a week.</param>
/// <param name="Note">For whom, for oneself.</param>
/// <param name="Addresses">host:port to put first; null: only those the node knows of.</param>
/// <param name="Group">That the newcomer joins; the link does not name it.</param>
public sealed record NewInvite(
    long? Seconds = null,
    string? Note = null,
    IReadOnlyList<string>? Addresses = null,
    string? Group = null
);

/// <param name="Id">What <c>invite revoke</c> takes.</param>
/// <param name="Link">Given once, when created: it is the secret.</param>
/// <param name="State">open, used, expired or revoked.</param>
/// <param name="Friend">Name of who used it; null: nobody, or no friend any more.</param>
/// <param name="Group">That the newcomer joins; null: none, or it is gone.</param>
public sealed record Invite(
    string Id,
    string? Link,
    string Note,
    string State,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    string? Friend,
    string? Group
);

/// <summary>POST /groups.</summary>
public sealed record NewGroup(string Name);

/// <summary>PATCH /groups/NAME: names of friends that come in, and that leave.</summary>
public sealed record GroupChange(
    IReadOnlyList<string>? Add = null,
    IReadOnlyList<string>? Remove = null
);

/// <param name="Members">Names of friends.</param>
/// <param name="Shares">Names of shares that are for it.</param>
public sealed record Group(
    string Name,
    IReadOnlyList<string> Members,
    IReadOnlyList<string> Shares
);

/// <summary>POST /friends: redeems an invitation.</summary>
public sealed record NewFriend(string Link, string? Name = null);

/// <summary>PATCH /friends/NAME; what is null stays.</summary>
public sealed record FriendChange(string? Name = null, bool? Verified = null);

/// <param name="Id">32 hex digits.</param>
/// <param name="State">online or offline.</param>
/// <param name="LastSeen">Null: never.</param>
/// <param name="Files">In what it shows us and what it shows its circle.</param>
/// <param name="Verified">The safety number was compared.</param>
public sealed record Friend(
    string Name,
    string Id,
    string State,
    DateTimeOffset? LastSeen,
    long Files,
    long Bytes,
    IReadOnlyList<string> Addresses,
    bool Verified
);

/// <param name="Digits">60 digits, the same on both sides.</param>
public sealed record SafetyNumber(string Name, string Digits);

/// <summary>The link to a friend, and why there is none.</summary>
/// <param name="Theirs">The head of the catalog that we hold of the friend.</param>
/// <param name="TheirCircle">Of what the friend shows its circle; null: nothing.</param>
/// <param name="Ours">The head of what we show the friend.</param>
/// <param name="Cipher">Of the link's records; null: there is no link.</param>
public sealed record Peer(
    string Name,
    string Id,
    string State,
    string? Address,
    bool Dialed,
    DateTimeOffset? LinkedSince,
    double? RoundTripMilliseconds,
    long BytesIn,
    long BytesOut,
    long BytesPerSecondIn,
    long BytesPerSecondOut,
    Head? Theirs,
    Head? TheirCircle,
    Head? Ours,
    IReadOnlyList<Dial> Dials,
    PeerCircles Circles,
    bool Verified,
    PeerLedger Ledger,
    string? Cipher
);

/// <summary>What a friend tells us of circles.</summary>
/// <param name="Heads">Pseudonyms that it tells us of, its own among them.</param>
/// <param name="Held">Catalogs that it brought and that we hold.</param>
/// <param name="Entries">In those: what counts for its quota.</param>
/// <param name="Bytes">Of those entries in our store: what counts for its quota.</param>
/// <param name="Waiting">Told, and not held at that head yet.</param>
public sealed record PeerCircles(int Heads, int Held, long Entries, long Bytes, int Waiting);

/// <summary>Bytes of trust paths since the friendship began, both ways together.</summary>
/// <param name="AtItsRequest">We relayed them for it.</param>
/// <param name="TowardsIt">We relayed them to it, for others.</param>
/// <param name="ForUs">It relayed them for us.</param>
/// <param name="ThroughIt">It brought somebody of our circle, whom we served.</param>
public sealed record PeerLedger(long AtItsRequest, long TowardsIt, long ForUs, long ThroughIt);

/// <summary>A trust path, as far as this node may know it.</summary>
/// <param name="Id">A pseudonym, or the number of a relayed path.</param>
/// <param name="Role">ours, relayed or served.</param>
/// <param name="State">open, opening; known: a way that no path of ours goes.</param>
/// <param name="Steps">From who asks to who answers; a pseudonym begins with ~.</param>
/// <param name="Links">From end to end; null: unknown here.</param>
/// <param name="RoundTripMilliseconds">To the other end; null: unknown here.</param>
/// <param name="BytesIn">From the other end; of a relayed path: from who asks.</param>
public sealed record PathShown(
    string Id,
    string Role,
    string State,
    IReadOnlyList<string> Steps,
    int? Links,
    double? RoundTripMilliseconds,
    long BytesIn,
    long BytesOut,
    long BytesPerSecondIn,
    long BytesPerSecondOut,
    DateTimeOffset? Since
);

/// <param name="Root">64 hex digits.</param>
public sealed record Head(string Root, long Entries, long Bytes);

/// <summary>The last try to reach an address.</summary>
public sealed record Dial(string Address, DateTimeOffset At, string Result);

/// <summary>POST /peers/NAME/ping.</summary>
public sealed record Pong(string Name, string? Address, double Milliseconds);
