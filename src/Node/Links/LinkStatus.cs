using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Links;

/// <summary>What a link did until now. A snapshot.</summary>
/// <param name="BytesIn">On the wire, without TCP's own.</param>
/// <param name="RateIn">Bytes in the last whole second.</param>
/// <param name="RoundTrip">The last one; null before it was measured.</param>
/// <param name="Pongs">How many round trips were measured.</param>
/// <param name="Opened">When the handshake was done.</param>
/// <param name="Ours">Requests of ours under way.</param>
/// <param name="Theirs">Requests of the friend under way.</param>
/// <param name="QueuedBytes">Of answers that wait to be sent.</param>
public sealed record LinkStatus(
    long BytesIn,
    long BytesOut,
    long RateIn,
    long RateOut,
    TimeSpan? RoundTrip,
    long Pongs,
    Instant Opened,
    int Ours,
    int Theirs,
    int QueuedBytes
);

/// <summary>Counts bytes of one direction; one thread adds, any reads.</summary>
internal sealed class ByteMeter
{
    private const int Second = 1_000;
    private long _total;
    private long _second;
    private long _within;
    private long _last;

    internal long Total => Volatile.Read(ref _total);

    /// <summary>Of the last whole second.</summary>
    internal long Rate =>
        ((Environment.TickCount64 / Second) - Volatile.Read(ref _second)) switch
        {
            0 => Volatile.Read(ref _last),
            1 => Volatile.Read(ref _within),
            _ => 0,
        };

    internal void Add(int bytes)
    {
        var second = Environment.TickCount64 / Second;
        if (second != _second)
        {
            Volatile.Write(ref _last, second == _second + 1 ? _within : 0);
            _within = 0;
            Volatile.Write(ref _second, second);
        }

        Volatile.Write(ref _within, _within + bytes);
        Volatile.Write(ref _total, _total + bytes);
    }
}
