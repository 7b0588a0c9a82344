using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// What came and is not written for long: its link is not to blame, and neither the link nor
/// transfers to another disk wait for it. For the disk that is behind nothing more is asked.
/// </summary>
internal sealed class LateDisks(Sources sources)
{
    /// <summary>Disks flush for a second or two.</summary>
    internal static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    private readonly HashSet<int> _behind = [];

    /// <summary>When more of it will have waited so long.</summary>
    internal Instant? Deadline { get; private set; }

    internal void Look(List<Wanted> transfers, Instant now)
    {
        Deadline = null;
        _behind.Clear();
        foreach (var fetch in sources.Fetches)
        {
            if (!fetch.IsParked && fetch.CameAt + Late is { } at)
            {
                if (at <= now)
                    sources.Park(fetch);
                else
                    Deadline = Instant.Earliest(Deadline, at);
            }

            if (fetch.IsParked)
                _behind.Add(fetch.Transfer.Disk);
        }

        foreach (var wanted in transfers)
            wanted.IsHeldUp = _behind.Contains(wanted.Disk);
    }
}
