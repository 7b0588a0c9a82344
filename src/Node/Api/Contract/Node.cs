namespace FriendNet.Node.Api.Contract;

/// <summary>GET /status.</summary>
/// <param name="Listen">host:port that really listens.</param>
/// <param name="Friends">How many there are, online or not.</param>
/// <param name="Indexing">True while files are still being hashed.</param>
/// <param name="Transfers">How many are not finished.</param>
public sealed record Status(
    string Name,
    string Id,
    string Listen,
    IReadOnlyList<string> Addresses,
    int Friends,
    int FriendsOnline,
    int Shares,
    long SharedFiles,
    long SharedBytes,
    bool Indexing,
    int Transfers,
    string Version,
    string Home,
    int Pid,
    double UptimeSeconds
);

/// <summary>What <c>init</c> made; no call, since there is no daemon yet.</summary>
public sealed record Identity(string Name, string Id, string Home, bool Passphrase);

/// <summary>problem+json (RFC 9457) with a code of the failure table.</summary>
/// <param name="Detail">One sentence: what happened, what to do.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Code);

/// <summary>An answer with nothing to say.</summary>
public sealed record Done(bool Ok);
