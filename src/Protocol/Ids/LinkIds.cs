namespace FriendNet.Protocol.Ids;

/// <summary>One connection to a friend; never reused within a run of the daemon.</summary>
public readonly record struct LinkId(long Value);

/// <summary>A stream within a link: 0 carries messages, odd ids are the dialer's.</summary>
public readonly record struct StreamId(uint Value);

/// <summary>One download (a file or a folder), stable over restarts.</summary>
public readonly record struct TransferId(long Value);

/// <summary>One request for slices on one link; never reused within a run of the daemon.</summary>
public readonly record struct FetchId(long Value);

/// <summary>One invitation of ours, in our store; never sent.</summary>
public readonly record struct InvitationId(long Value);

/// <summary>One question for circle catalogs; never reused within a run of the daemon.</summary>
public readonly record struct AskId(long Value);

/// <summary>One path of ours to a pseudonym; never reused within a run of the daemon.</summary>
public readonly record struct PathId(long Value);

/// <summary>One path that we relay; never reused within a run of the daemon.</summary>
public readonly record struct RelayId(long Value);

/// <summary>
/// Who reads a file that arrives; never reused within a run of the daemon.
/// </summary>
public readonly record struct ReaderId(long Value);
