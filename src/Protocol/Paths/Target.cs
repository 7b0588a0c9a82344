using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Paths;

/// <summary>A path of ours, being opened or open.</summary>
internal sealed class OwnPath(PathId id, Target target, LinkId via)
{
    internal PathId Id => id;

    internal Target Target => target;

    internal LinkId Via => via;

    /// <summary>Null: it is being opened.</summary>
    internal LinkId? Link { get; set; }

    /// <summary>When it was asked for, or opened.</summary>
    internal Instant Since { get; set; }
}

/// <summary>A pseudonym that a transfer wants, and how the ways to it did.</summary>
internal sealed class Target(PseudonymId pseudonym)
{
    private readonly Dictionary<LinkId, (int Failures, Instant Until)> _rests = [];

    internal PseudonymId Pseudonym => pseudonym;

    internal List<OwnPath> Paths { get; } = [];

    internal Instant WantedAt { get; set; }

    internal bool IsWanted { get; set; }

    /// <summary>Number of the path opened last: who had none for longest comes first.</summary>
    internal long LastPath { get; set; }

    /// <summary>
    /// When the next way will have rested; one that has already waits for something else.
    /// </summary>
    internal Instant? RestsUntil(Instant now)
    {
        Instant? first = null;
        foreach (var (via, rest) in _rests)
        {
            var isNext = rest.Until > now && (first is null || rest.Until < first);
            first = isNext && Paths.TrueForAll(path => path.Via != via) ? rest.Until : first;
        }

        return first;
    }

    /// <summary>No path of ours goes that way, and it does not rest.</summary>
    internal bool MayTry(LinkId via, Instant now) =>
        Paths.TrueForAll(path => path.Via != via)
        && (!_rests.TryGetValue(via, out var rest) || rest.Until <= now);

    /// <summary>That way rests: 1 s at first, doubling.</summary>
    internal void Fail(LinkId via, Instant now)
    {
        var failures = _rests.GetValueOrDefault(via).Failures;
        var seconds = Math.Min(1L << Math.Min(failures, 16), Limits.PathRetrySecondsMax);
        _rests[via] = (failures + 1, now + TimeSpan.FromSeconds(seconds));
    }

    internal void ForgetWay(LinkId via) => _rests.Remove(via);
}
