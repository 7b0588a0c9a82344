using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Link;

/// <summary>What <see cref="Keepalive.Handle"/> asks for.</summary>
public enum KeepaliveStep
{
    None,

    /// <summary>Send a PING with the token given.</summary>
    Ping,

    /// <summary>Nothing came for too long: close the link as Idle.</summary>
    GiveUp,
}

/// <summary>
/// Notices a silent peer, and how long a round trip takes. One PING is out at a time.
/// </summary>
public sealed class Keepalive(Instant now)
{
    private Instant _received = now;
    private Instant _pinged;
    private ulong _token;
    private bool _waiting;

    /// <summary>When <see cref="Handle"/> wants to be called next.</summary>
    public Instant Deadline =>
        _received
        + TimeSpan.FromSeconds(_waiting ? Limits.SilenceSeconds : Limits.KeepaliveSeconds);

    /// <summary>The last one measured; null before the first PONG.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>How many round trips were measured.</summary>
    public long Pongs { get; private set; }

    /// <summary>An authentic record came.</summary>
    public void HandleReceived(Instant now) => _received = now;

    /// <summary>An answer to the PING that is out; others are ignored.</summary>
    public void HandlePong(ulong token, Instant now)
    {
        if (!_waiting || token != _token)
        {
            return;
        }

        RoundTrip = now - _pinged;
        Pongs++;
        _waiting = false;
    }

    /// <summary>Time passed.</summary>
    public KeepaliveStep Handle(Instant now, out ulong token)
    {
        token = 0;
        if (now - _received >= TimeSpan.FromSeconds(Limits.SilenceSeconds))
        {
            return KeepaliveStep.GiveUp;
        }

        return
            now - _received >= TimeSpan.FromSeconds(Limits.KeepaliveSeconds)
            && TryPing(now, out token)
            ? KeepaliveStep.Ping
            : KeepaliveStep.None;
    }

    /// <summary>Starts a PING now, to measure; false while one is out.</summary>
    public bool TryPing(Instant now, out ulong token)
    {
        token = _token;
        if (_waiting)
        {
            return false;
        }

        token = ++_token;
        _pinged = now;
        _waiting = true;
        return true;
    }
}
