using FriendNet.Node.Catalogs;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Circles;

/// <summary>
/// Carries out what the engine wants of circles: signs and keeps own heads, each at once, keeps
/// what friends tell and what came of content, in friends' turns.
/// </summary>
internal sealed class CircleKeeper : IDisposable
{
    private static readonly TimeSpan EraseEvery = TimeSpan.FromHours(1);

    private readonly CircleStore _store;
    private readonly FriendStore _friends;
    private readonly OwnCircle _own;
    private readonly CircleAnswers _answers;
    private readonly CircleFetches _fetches;
    private readonly Func<Instant> _now;
    private readonly Action<Input> _post;
    private readonly Action<string> _warn;
    private readonly Lock _signing = new();
    private readonly Timer _erasing;
    private bool _isOver;

    internal CircleKeeper(
        CircleStore store,
        FriendStore friends,
        OwnCircle own,
        CircleAnswers answers,
        CircleFetches fetches,
        Func<Instant> now,
        Action<Input> post,
        Action<string> warn
    )
    {
        (_store, _friends, _own) = (store, friends, own);
        (_answers, _fetches) = (answers, fetches);
        (_now, _post, _warn) = (now, post, warn);
        _erasing = new Timer(_ => Own(EraseDue), null, EraseEvery, EraseEvery);
    }

    /// <summary>Tells the engine all that is known; before any friend.</summary>
    internal void Restore()
    {
        Own(EraseDue);
        var own = _friends.Pseudonyms;
        _post(new Input.OwnHeads(own.Heads(_now()), own.Since, own.IsExposed));
        var told = _store
            .Table.Known.SelectMany(known => known.Offers)
            .ToLookup(offer => offer.Friend, offer => new ToldHead(offer.Head, offer.Hops));
        foreach (var friend in told)
        {
            if (_friends.Find(friend.Key) is null)
            {
                _store.Forget(friend.Key);
            }
            else
            {
                _post(new Input.HeadsKnown(friend.Key, [.. friend]));
            }
        }

        var held = _store.Table.Known.Where(known => known.Held is not null);
        _post(
            new Input.CirclesHeld([
                .. held.Select(known => new HeldCircle(known.Held!, known.Sponsor, known.Encoded)),
            ])
        );
    }

    /// <summary>From the engine's thread; never blocks. False: it is none of these.</summary>
    internal bool TryHandle(Effect effect)
    {
        switch (effect)
        {
            case Effect.SignHead sign:
                ThreadPool.UnsafeQueueUserWorkItem(_ => Own(() => Sign(sign)), null);
                return true;
            case Effect.FetchCircle fetch:
                _fetches.Fetch(fetch);
                return true;
            case Effect.ServeCircle serve:
                _answers.Serve(serve);
                return true;
            case Effect.ApplyCircle apply:
                _ = ApplyAsync(apply);
                return true;
            case Effect.GiveUpCircle give:
                _fetches.GiveUp(give.Ask);
                return true;
            case Effect.KeepOffers keep:
                Later(() => _store.KeepOffers(keep.Friend, keep.Changes));
                return true;
            case Effect.KeepCircle keep:
                Later(() => _store.KeepHead(keep.Held, keep.SameAs, keep.Sponsor));
                return true;
            case Effect.DropCircle drop:
                Later(() => _store.Drop(drop.Pseudonym));
                return true;
            case Effect.CircleWaits waits:
                var name = _friends.Find(waits.Friend)?.Name ?? "a former friend";
                _warn($"Circle catalogs that {name} tells of wait: {waits.Why}");
                return true;
            default:
                return false;
        }
    }

    /// <summary>The circle sees less of us than before.</summary>
    internal void Narrow() => _answers.Narrow();

    /// <summary>The friend is none any more.</summary>
    internal void Forget(FriendId friend) => Later(() => _store.Forget(friend));

    /// <summary>After what is under way; what comes later is dropped.</summary>
    public void Dispose()
    {
        _erasing.Dispose();
        lock (_signing)
            _isOver = true;
        _store.Flush();
        _fetches.Dispose();
    }

    private void Sign(Effect.SignHead sign)
    {
        var own = _friends.Pseudonyms;
        var now = _now();
        var last = sign.Who is { } who ? own.HeadOf(who)?.Head.Content ?? default : default;
        ReadOnlyMemory<byte> delta = default;
        // A withdrawal says nothing of what is shown now, maybe under another pseudonym.
        var content = sign.Content.Entries == 0 ? default : _own.Take(last, out delta) ?? default;
        // Nothing is left to show, and nothing was shown: the engine hears so by itself.
        if (content.Entries == 0 && sign.Who is null)
        {
            return;
        }

        if (own.Sign(sign.Who, sign.Version, content, sign.Horizon, now) is { } head)
        {
            _post(new Input.HeadSigned(head, delta));
        }
    }

    private async Task ApplyAsync(Effect.ApplyCircle apply)
    {
        var outcome = new CircleOutcome(CircleEnd.OurFault);
        try
        {
            await _store.RunAsync(apply.Friend, Pieces());
        }
        catch (Exception e) when (StorageFault.Is(e) || e is OperationCanceledException)
        {
            outcome = new(CircleEnd.OurFault);
        }

        _post(outcome.Report(apply.Ask, 0));

        IEnumerable<bool> Pieces()
        {
            using var delta = new MemoryStream(apply.Delta.ToArray());
            var feed = new DeltaFeed(delta, Limits.DeltasKeptBytes);
            var have = apply.Head.Head.Pseudonym;
            foreach (var piece in _store.Apply(apply.Friend, apply.Head, have, feed))
            {
                outcome = piece ?? outcome;
                yield return true;
            }
        }
    }

    private void EraseDue() => _friends.Pseudonyms.EraseDue(_now());

    /// <summary>In order, among the writes of content.</summary>
    private void Later(Action write) => _store.Later(() => Guarded(write));

    /// <summary>What concerns own pseudonyms: one at a time, and waiting for nothing else.
    /// </summary>
    private void Own(Action work)
    {
        lock (_signing)
        {
            if (!_isOver)
                Guarded(work);
        }
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            _warn($"A database failed: {e.Message} If that goes on, check the disk.");
        }
    }
}
