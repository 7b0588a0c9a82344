using System.Security.Cryptography;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// Who is at the gate and has not proved anything: so many at most, and so many from one place.
/// A newcomer to a full house costs the oldest its place. For the gate's thread.
/// </summary>
internal sealed class Strangers(GateLimits limits)
{
    /// <summary>Oldest first.</summary>
    private readonly List<Stranger> _all = [];

    internal int Count => _all.Count;

    internal long Junk { get; private set; }

    internal long Dropped { get; private set; }

    internal Stranger this[int index] => _all[index];

    internal void Add(BlockingSocket socket, AnswererHandshake handshake, long now)
    {
        // Drawn now, whatever comes: when it is closed must not tell what became of its bytes.
        var deadline = now + (long)limits.Handshake.TotalMilliseconds;
        var closeAt =
            deadline
            + RandomNumberGenerator.GetInt32(
                (int)limits.DiscardMin.TotalMilliseconds,
                (int)limits.DiscardMax.TotalMilliseconds + 1
            );
        var stranger = new Stranger(socket, handshake, deadline, closeAt);
        var neighbours = _all.FindAll(other => other.Origin == stranger.Origin);
        if (neighbours.Count >= limits.StrangersPerAddressMax)
        {
            Drop(neighbours[0]);
        }
        else if (_all.Count >= limits.StrangersMax)
        {
            DropOldest();
        }

        _all.Add(stranger);
    }

    internal void DropOldest()
    {
        if (_all.Count > 0)
        {
            Drop(_all[0]);
        }
    }

    /// <summary>
    /// From now on it is read and not listened to, until a moment that says nothing.
    /// </summary>
    internal void Discard(Stranger stranger)
    {
        stranger.Handshake!.Dispose();
        stranger.Handshake = null;
        stranger.Deadline = stranger.CloseAt;
        Junk++;
    }

    /// <summary>Handshakes whose time is over have failed; those who failed long ago go.</summary>
    internal void Expire(long now)
    {
        for (var i = _all.Count - 1; i >= 0; i--)
        {
            var stranger = _all[i];
            if (stranger.Deadline > now)
            {
                continue;
            }

            if (stranger.Handshake is null)
            {
                Close(stranger);
            }
            else
            {
                Discard(stranger);
            }
        }
    }

    /// <summary>It is no stranger any more: its socket is another's.</summary>
    internal void Release(Stranger stranger)
    {
        _all.Remove(stranger);
        stranger.Handshake?.Dispose();
    }

    internal void Close(Stranger stranger)
    {
        Release(stranger);
        stranger.Socket.Dispose();
    }

    internal void CloseAll()
    {
        while (_all.Count > 0)
        {
            Close(_all[^1]);
        }
    }

    private void Drop(Stranger stranger)
    {
        Close(stranger);
        Dropped++;
    }
}
