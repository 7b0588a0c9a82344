using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>
/// Friends who say what the test wants, a node in the middle, and a third node that is told by
/// it; all content is given when it is asked for.
/// </summary>
internal sealed class ThreeEngines
{
    private const int Third = 99;
    private const int Middle = 0;
    private const int Batch = 128;
    private const int KeysMade = 9_000;

    private static readonly Lazy<OwnPseudonym[]> Keys = new(() =>
        [
            .. Enumerable
                .Range(2_000_000, KeysMade)
                .Select(seed => new OwnPseudonym(seed))
                .OrderBy(own => own.Id.Key),
        ]
    );

    private static readonly Lazy<Dictionary<PseudonymId, OwnPseudonym>> ById = new(() =>
        Keys.Value.ToDictionary(own => own.Id)
    );

    private static long _lastVersion = 1_799_900_000;

    private readonly OneEngine _middle = new(Read);
    private readonly OneEngine _third = new(Read);
    private readonly HashSet<int> _linked = [];
    private int _taken;
    private long _encoded;

    internal ThreeEngines()
    {
        _middle.Open(Third);
        _third.Open(Middle);
        Run(1);
    }

    internal Instant Now => _middle.Now;

    /// <summary>What the third node was told and has not been told to be gone.</summary>
    internal Dictionary<PseudonymId, SignedHead> Told { get; } = [];

    /// <summary>It was told to be gone.</summary>
    internal Action<PseudonymId>? Gone { get; set; }

    /// <summary>Heads with the lowest keys of thousands, or with the highest.</summary>
    internal static List<SignedHead> Made(int count, int entries, bool areLow, int skip = 0)
    {
        var keys = areLow ? Keys.Value : Keys.Value.Reverse();
        var version = ++_lastVersion;
        return
        [
            .. keys.Skip(skip)
                .Take(count)
                .Select(own => own.Sign(version, new CatalogHead(own.Id.Key, entries, entries), 2)),
        ];
    }

    /// <summary>A friend tells these as its own, as fast as it may.</summary>
    internal void Tell(int friend, IReadOnlyList<SignedHead> heads, long encoded = 1000)
    {
        _encoded = encoded;
        Say(
            friend,
            heads.Select(head => new HeadNews
            {
                Head = UnsafeByteOperations.UnsafeWrap(head.Encoded),
                Hops = 1,
            })
        );
    }

    internal void TakeBack(int friend, IEnumerable<SignedHead> heads) =>
        Say(
            friend,
            heads.Select(head => new HeadNews
            {
                Gone = ByteString.CopyFrom(head.Pseudonym.Key.ToArray()),
            })
        );

    private void Say(int friend, IEnumerable<HeadNews> news)
    {
        if (_linked.Add(friend))
            _middle.Open(friend);
        foreach (var batch in news.Chunk(Batch))
        {
            _taken = 0;
            _middle.Say(friend, new Heads { News = { batch } });
            // The last ones are counted with the next, if they are too few.
            for (var i = 0; i < 100 && _taken < batch.Length && batch.Length == Batch; i++)
                Run(0.1);
        }

        Run(3);
    }

    private void Run(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            while (Carry() + CarryBack() > 0) { }
            var next = _middle.Sync.Deadline;
            next = next < _third.Sync.Deadline ? next : _third.Sync.Deadline ?? next;
            if (next is not { } at || at > end)
                break;
            Advance(at > Now ? at : Now);
        }

        Advance(end);
    }

    private void Advance(Instant to)
    {
        _middle.Advance(to - _middle.Now);
        _third.Advance(to - _third.Now);
    }

    private int Carry()
    {
        var effects = _middle.Drain();
        foreach (var effect in effects)
        {
            if (effect is Effect.FetchCircle ask)
                _middle.Give(ask, _encoded);
            else if (effect is Effect.CloseLink)
                throw new InvalidOperationException("A link was closed.");
            else if (effect is Effect.Send send && send.Link == OneEngine.LinkOf(Third))
                _third.Sync.HandleMessage(OneEngine.LinkOf(Middle), send.Message, Now);
            else if (effect is Effect.Send { Message.HeadsTaken: { } taken })
                _taken += (int)taken.Heads;
        }

        return effects.Count;
    }

    private int CarryBack()
    {
        var effects = _third.Drain();
        foreach (var effect in effects)
        {
            if (effect is Effect.FetchCircle ask)
                _third.Give(ask);
            else if (effect is Effect.Send { Message.HeadsTaken: not null } send)
                _middle.Sync.HandleMessage(OneEngine.LinkOf(Third), send.Message, Now);
            else if (effect is Effect.KeepOffers keep)
                Keep(keep);
        }

        return effects.Count;
    }

    private void Keep(Effect.KeepOffers keep)
    {
        foreach (var change in keep.Changes)
        {
            if (change.Head is { } head)
                Told[change.Pseudonym] = head;
            else if (Told.Remove(change.Pseudonym))
                Gone?.Invoke(change.Pseudonym);
        }
    }

    // Who signed them is not what is tested, and takes time.
    private static SignedHead? Read(ReadOnlyMemory<byte> bytes) =>
        SignedHead.TryPeek(bytes.Span, out var id)
        && ById.Value[id].Last is { } last
        && last.Encoded.Span.SequenceEqual(bytes.Span)
            ? last
            : SignedHead.TryRead(bytes);
}
