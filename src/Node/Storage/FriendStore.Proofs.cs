using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Storage;

// What a friend is known by: secrets and timestamps.
public sealed partial class FriendStore
{
    /// <summary>
    /// Copies of all that the friend may have, the newest first; empty: no friend (any more).
    /// </summary>
    public IReadOnlyList<UsableSecret> SecretsOf(FriendId friend)
    {
        lock (_gate)
        {
            return _table.Row(friend) is not { } row
                ? []
                :
                [
                    .. row
                        .Fresh.Append(new(0, row.Secret))
                        .Select(one => one with { Secret = FriendTable.Copy(one.Secret) })
                        .OrderByDescending(one => one.Fresh),
                ];
        }
    }

    /// <summary>
    /// The friend is known to have this secret: what it had before is erased, and with the newest
    /// the invitation's secret, too.
    /// </summary>
    /// <param name="fresh">See <see cref="UsableSecret"/>.</param>
    public void Confirm(FriendId friend, long fresh)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row)
            {
                return;
            }

            var promoted = row.Fresh.Find(one => one.Fresh == fresh);
            var isWhole = !row.Shown.Confirmed && !row.Fresh.Exists(one => one.Fresh > fresh);
            if (promoted is null && !isWhole)
            {
                return;
            }

            _file.Transact(() =>
            {
                if (promoted is not null)
                {
                    _table.Promote(row, promoted);
                }

                return !isWhole
                    || Invited.Spend(friend)
                        && _file.Run(
                            "UPDATE friends SET confirmed=1 WHERE id=?1",
                            friend.ToString()
                        ) == 1;
            });
            if (promoted is not null)
            {
                _table.Promoted(row, promoted);
            }

            if (isWhole)
            {
                row.Shown = row.Shown with { Confirmed = true };
                Invited.Spent(friend);
            }

            _file.Backup(forget: true);
        }
    }

    /// <summary>The number of the newest secret; 0 also where there is no such friend.</summary>
    public long NewestOf(FriendId friend)
    {
        lock (_gate)
        {
            return _table.Row(friend)?.Fresh.LastOrDefault()?.Fresh ?? 0;
        }
    }

    /// <summary>
    /// True once only for a timestamp greater than all before it from that friend: the handshake
    /// that carries it is not a recorded one. Kept over restarts.
    /// </summary>
    public bool TryClaimTimestamp(FriendId friend, Instant timestamp, Instant now)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row || timestamp <= row.Accepted)
            {
                return false;
            }

            var isFirst = row.Accepted == default;
            _file.Run(
                "UPDATE friends SET accepted=?2, accepted_at=?3 WHERE id=?1",
                friend.ToString(),
                timestamp.Microseconds,
                now.Microseconds
            );
            row.Accepted = timestamp;
            row.AcceptedAt = now;
            if (isFirst)
            {
                // What restoring needs of the friend's clock; see Recovery.
                _file.Backup();
            }

            return true;
        }
    }

    /// <summary>
    /// For our next dial: greater than all before it, whatever the clock did meanwhile.
    /// </summary>
    public Instant? NextTimestamp(FriendId friend, Instant now)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row)
            {
                return null;
            }

            var next = now > row.Sent ? now : new Instant(row.Sent.Microseconds + 1);
            _file.Run(
                "UPDATE friends SET sent=?2 WHERE id=?1",
                friend.ToString(),
                next.Microseconds
            );
            row.Sent = next;
            return next;
        }
    }
}
