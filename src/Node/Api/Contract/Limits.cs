namespace FriendNet.Node.Api.Contract;

/// <summary>PATCH /limits.</summary>
/// <param name="Rate">As a setting says it; null: what the settings say holds again.</param>
public sealed record LimitChange(string Kind, string? Friend = null, string? Rate = null);

/// <summary>GET /limits: one of each kind, then those of single friends.</summary>
/// <param name="Friend">Null: of all, or of each where the kind says so.</param>
/// <param name="BytesPerSecond">0: nothing; null: no limit.</param>
/// <param name="By">Who says so: nobody, setting, set or schedule.</param>
public sealed record Limit(string Kind, string? Friend, long? BytesPerSecond, string By);
