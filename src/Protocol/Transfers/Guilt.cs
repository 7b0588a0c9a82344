using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Who sent wrong bytes lately. Of the transfer that it was caught in nothing more is asked of it;
/// elsewhere it is asked last, one fetch at a time, until its time is over: a friend whose disk
/// failed comes back by itself. Not kept over a restart.
/// </summary>
internal sealed class Guilt
{
    private const int DoublingsMax = 16;
    private readonly Dictionary<SourceId, (Instant Until, int Times)> _guilty = [];

    internal void Note(SourceId source, Instant now)
    {
        var times = _guilty.GetValueOrDefault(source).Times;
        var seconds = (long)Limits.GuiltSecondsMin << Math.Min(times, DoublingsMax);
        seconds = Math.Min(seconds, Limits.GuiltSecondsMax);
        _guilty[source] = (now + TimeSpan.FromSeconds(seconds), times + 1);
    }

    internal bool Holds(SourceId source, Instant now) =>
        _guilty.TryGetValue(source, out var guilt) && now < guilt.Until;
}
