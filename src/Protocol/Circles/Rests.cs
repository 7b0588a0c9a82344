using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Who is not asked for a while: a friend that lied or gave up, for anything; a friend that did
/// not have what it told, for that alone.
/// </summary>
internal sealed class Rests(Directory directory, IEntropy entropy)
{
    private const int FailuresMax = 20;
    private readonly Dictionary<Known, Dictionary<int, (int Failures, Instant Until)>> _pairs = [];

    /// <summary>Until when this friend is not to be asked for it.</summary>
    internal Instant Until(Known known, Neighbour neighbour)
    {
        var until = _pairs.GetValueOrDefault(known)?.GetValueOrDefault(neighbour.Slot).Until;
        return until > neighbour.RestUntil ? until.Value : neighbour.RestUntil;
    }

    /// <summary>It altered what a publisher signed.</summary>
    internal void Blame(Neighbour neighbour)
    {
        var (first, most) = (Limits.CatalogLastingSeconds, Limits.CatalogLastingSecondsMax);
        neighbour.RestUntil = Drawn(first, most, neighbour.Lies);
        neighbour.Lies = Math.Min(neighbour.Lies + 1, FailuresMax);
    }

    /// <summary>It broke off, or something at our side did.</summary>
    internal void Pause(Neighbour neighbour)
    {
        var until = Drawn(1, Limits.CatalogRetrySecondsMax, neighbour.Failures);
        neighbour.Failures = Math.Min(neighbour.Failures + 1, FailuresMax);
        if (until > neighbour.RestUntil)
            neighbour.RestUntil = until;
    }

    /// <param name="isLasting">Asking again soon cannot help.</param>
    internal void Pause(Neighbour neighbour, Known known, bool isLasting)
    {
        // A friend removed meanwhile: its number may be another's.
        if (directory.At(neighbour.Slot) != neighbour)
            return;
        if (!_pairs.TryGetValue(known, out var slots))
            _pairs.Add(known, slots = []);
        var failures = slots.GetValueOrDefault(neighbour.Slot).Failures;
        var (first, most) = isLasting
            ? (Limits.CatalogLastingSeconds, Limits.CatalogLastingSecondsMax)
            : (1, Limits.CatalogRetrySecondsMax);
        var until = Drawn(first, most, failures);
        slots[neighbour.Slot] = (Math.Min(failures + 1, FailuresMax), until);
    }

    internal void Forget(Neighbour neighbour, Known known)
    {
        if (_pairs.TryGetValue(known, out var slots) && slots.Remove(neighbour.Slot))
            Forget(slots, known);
    }

    /// <summary>Nobody tells of it any more.</summary>
    internal void Forget(Known known) => _pairs.Remove(known);

    /// <summary>It is a friend no more.</summary>
    internal void Forget(Neighbour neighbour)
    {
        foreach (var (known, slots) in _pairs)
        {
            if (slots.Remove(neighbour.Slot))
                Forget(slots, known);
        }
    }

    private void Forget(Dictionary<int, (int Failures, Instant Until)> slots, Known known)
    {
        if (slots.Count == 0)
            _pairs.Remove(known);
    }

    private Instant Drawn(double first, double most, int failures)
    {
        var seconds = Math.Min(most, first * Math.Pow(2, failures));
        return directory.Now + TimeSpan.FromSeconds(seconds * (0.5 + (Draw.Part(entropy) / 2)));
    }
}
