using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>Transfers nobody can serve now: they wait, say why, and look again.</summary>
internal sealed class Retries(IEntropy entropy, Queue<Effect> effects)
{
    private Instant? _lookAt;
    private Instant? _lookedAt;

    /// <summary>When the next one looks again.</summary>
    internal Instant? Deadline { get; private set; }

    /// <summary>
    /// Notes which transfers have nothing underway although whoever serves them has room, or
    /// since a limit lets nothing pass.
    /// </summary>
    internal void Note(List<Wanted> transfers, Sources sources, Instant now)
    {
        Deadline = _lookAt;
        var anyBusy = !sources.HasRoom || sources.Links.Any(link => !sources.CanAsk(link, now));
        var anyShut = sources.Links.Any(link => sources.IsShut(link.Source, now));
        foreach (var wanted in transfers)
        {
            var isIdle = wanted is { MayAsk: true, Underway: 0, Sources.LookupsUnderway: 0 };
            if (wanted.IsHeldUp)
                Say(wanted, Effect.TransferWaits.Disk);
            else if (isIdle && !(anyBusy && wanted.WaitsForRoom(who => sources.IsBusy(who, now))))
                Wait(wanted, sources.Links.Count > 0, now);
            else if (isIdle && anyShut && !IsSaidShut(wanted) && IsShut(wanted, sources, now))
                Say(wanted, Effect.TransferWaits.Limit);
            if (wanted.RetryAt is { } at && (Deadline is not { } first || at < first))
                Deadline = at;
        }
    }

    /// <summary>Something changed: all look now, those underway for what they lack.</summary>
    /// <param name="gained">Who may offer more than before.</param>
    internal static void RetryAll(List<Wanted> transfers, Sources sources, SourceId? gained = null)
    {
        var responsive = sources.Responsive;
        foreach (var wanted in transfers)
        {
            wanted.Retries = 0;
            wanted.Renew(responsive, gained);
        }
    }

    /// <param name="isSilent">
    /// Somebody fell silent: those who do not wait look, too, as whoever offers it by now would
    /// be hidden behind a source that is linked and gives nothing.
    /// </param>
    internal static void RetryDue(
        List<Wanted> transfers,
        Sources sources,
        Instant now,
        bool isSilent
    )
    {
        IReadOnlyDictionary<SourceId, int>? responsive = null;
        foreach (var wanted in transfers)
        {
            if (wanted.RetryAt <= now || (isSilent && wanted.RetryAt is null))
                wanted.Renew(responsive ??= sources.Responsive);
        }
    }

    /// <summary>
    /// A circle came, perhaps with sources. All look for them soon, once for all that come
    /// meanwhile, and the more seldom the more files there are.
    /// </summary>
    /// <returns>When; null: there is nothing to look for.</returns>
    internal Instant? NoteCircle(List<Wanted> transfers, Instant now)
    {
        if (_lookAt is not null || transfers.Count == 0)
            return _lookAt;
        var seconds = Math.Clamp(
            transfers.Sum(wanted => (long)wanted.Files.Count) / Limits.CircleLooksInSecond,
            Limits.CircleLookSecondsMin,
            Limits.RetrySecondsMax
        );
        var next = _lookedAt + TimeSpan.FromSeconds(seconds);
        return _lookAt = next > now ? next : now;
    }

    /// <summary>Looks for what circles brought, if that is due.</summary>
    internal void LookForNews(List<Wanted> transfers, Instant now)
    {
        if (!(_lookAt <= now))
            return;
        (_lookAt, _lookedAt) = (null, now);
        foreach (var wanted in transfers)
            wanted.LookForMore();
    }

    /// <summary>It may look at every file, so once is enough until something is asked.</summary>
    private static bool IsSaidShut(Wanted wanted) => wanted.Why == Effect.TransferWaits.Limit;

    /// <summary>Whether whoever it waits for may be asked nothing.</summary>
    private static bool IsShut(Wanted wanted, Sources sources, Instant now) =>
        sources.Links.All(link => sources.IsShut(link.Source, now))
        || !wanted.WaitsForRoom(who => sources.IsBusy(who, now) && !sources.IsShut(who, now));

    private void Wait(Wanted wanted, bool anyLink, Instant now)
    {
        var seconds = Limits.RetrySecondsMin << Math.Min(wanted.Retries++, 8);
        seconds = Math.Min(seconds, Limits.RetrySecondsMax);
        wanted.RetryAt = now + (TimeSpan.FromSeconds(seconds) * Jitter());
        Say(wanted, wanted.WhyItWaits(anyLink));
    }

    private void Say(Wanted wanted, string why)
    {
        if (why == wanted.Why)
            return;
        wanted.Why = why;
        effects.Enqueue(new Effect.TransferWaits(wanted.Id, why));
    }

    /// <summary>0.75 to 1.25, so that nodes do not look all at once.</summary>
    private double Jitter()
    {
        Span<byte> random = stackalloc byte[2];
        entropy.Fill(random);
        return 0.75 + (BinaryPrimitives.ReadUInt16LittleEndian(random) / 131072.0);
    }
}
