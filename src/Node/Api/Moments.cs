using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Api;

/// <summary>Times of the core as the contract writes them.</summary>
internal static class Moments
{
    public static DateTimeOffset ToTime(this Instant at) =>
        DateTimeOffset.UnixEpoch.AddTicks(at.Microseconds * TimeSpan.TicksPerMicrosecond);
}
