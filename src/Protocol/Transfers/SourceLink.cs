using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>A link as a source: how much is asked of it at once.</summary>
internal sealed class SourceLink(LinkId id, SourceId source)
{
    private const int WindowMin = 2;
    private const double MarginSeconds = 0.1;

    /// <summary>Of a link that brought nothing yet, only to compare it with others.</summary>
    private const double BytesPerSecondUnknown = 10e6;
    private double _bytesPerSecond;
    private double _delaySecondsMin = double.MaxValue;

    internal LinkId Id => id;

    internal SourceId Source => source;

    internal Dictionary<FetchId, Fetching> Fetches { get; } = [];

    /// <summary>Fetches that keep it busy: its rate times its delay, and a margin.</summary>
    internal int Window { get; private set; } = 4;

    /// <summary>Bytes of all slices stored.</summary>
    internal long Delivered { get; set; }

    /// <summary>When it was last heard of, or first asked again.</summary>
    internal Instant Heard { get; set; }

    /// <summary>Which fetch of all was the last one asked of it.</summary>
    internal long AskedAt { get; set; }

    /// <summary>Fetches in a row that failed as a whole.</summary>
    internal int Failures { get; set; }

    /// <summary>Silences in a row, without a slice in between.</summary>
    internal int Silences { get; set; }

    /// <summary>Not asked before this moment.</summary>
    internal Instant RestUntil { get; set; }

    /// <summary>It brings what a reader waits for, and is asked nothing else.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>How long a run more would take, if only what is read were asked.</summary>
    internal double SecondsToRead =>
        (double)(1 + Fetches.Values.Count(fetch => fetch.IsRead))
        * Limits.FetchBytesMax
        / (_bytesPerSecond > 0 ? _bytesPerSecond : BytesPerSecondUnknown);

    internal bool HasRoom(Instant now) => !IsHeld && Fetches.Count < Window && RestUntil <= now;

    /// <summary>What is read is not counted together with the rest: it goes first.</summary>
    internal bool HasUrgentRoom(Instant now) =>
        RestUntil <= now && Fetches.Values.Count(fetch => fetch.IsRead) < Window;

    internal bool IsSilent(Instant now) =>
        Fetches.Count > 0 && (now - Heard).TotalSeconds >= Limits.FetchSilenceSeconds;

    /// <summary>A fetch ended well: learn from it.</summary>
    internal void Measure(Fetching fetch, Instant now)
    {
        Failures = 0;
        var seconds = Math.Max((now - fetch.Asked).TotalSeconds, 1e-6);
        var rate = (Delivered - fetch.DeliveredBefore) / seconds;
        _bytesPerSecond = Math.Max(rate, _bytesPerSecond * 0.9);
        _delaySecondsMin = Math.Min(_delaySecondsMin, seconds);
        var bytes = _bytesPerSecond * ((2 * _delaySecondsMin) + MarginSeconds);
        var fetches = Math.Min(bytes / Limits.FetchBytesMax, Limits.LinkFetchesMax);
        Window = Math.Clamp((int)fetches + WindowMin, WindowMin, Limits.LinkFetchesMax);
    }
}

/// <summary>One fetch underway.</summary>
internal sealed class Fetching(
    FetchId id,
    SourceLink link,
    Wanted transfer,
    List<Slice> slices,
    Instant now
)
{
    private readonly RunBits _settled = new(slices.Count);

    internal FetchId Id => id;

    internal SourceLink Link => link;

    internal Wanted Transfer => transfer;

    internal Instant Asked => now;

    internal long DeliveredBefore { get; } = link.Delivered;

    /// <summary>DATA bytes asked for.</summary>
    internal int Bytes { get; init; }

    internal bool IsCancelled { get; set; }

    /// <summary>Whether it brings something that a reader wants next.</summary>
    internal bool IsRead =>
        transfer.Urgent.HasReaders && !IsCancelled && slices.Exists(transfer.Urgent.Has);

    /// <summary>The same, of a transfer whose reader has nothing to read now.</summary>
    internal bool IsAwaited => transfer.Urgent.IsAwaited && IsRead;

    /// <summary>The slice of that index, once; null if it was settled or never asked.</summary>
    internal Slice? Settle(int index) =>
        (uint)index < (uint)slices.Count && _settled.Set(index) ? slices[index] : null;

    /// <summary>Whether all slices are settled; those that are not are settled now.</summary>
    internal bool SettleRest(List<Slice> missing)
    {
        for (var index = 0; index < slices.Count; index++)
        {
            if (_settled.Set(index))
                missing.Add(slices[index]);
        }

        return missing.Count == 0;
    }
}
