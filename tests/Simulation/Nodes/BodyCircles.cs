using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>A circle catalog that is held, and the delta that led to it.</summary>
/// <param name="Delta">Empty: it came as a whole.</param>
internal sealed record Shelf(Volume Volume, ulong From, ReadOnlyMemory<byte> Delta);

/// <summary>What a node publishes and holds of circles.</summary>
internal sealed class BodyCircles(SimNode node)
{
    private static readonly TimeSpan WorkTime = TimeSpan.FromMilliseconds(1);
    private readonly Dictionary<PseudonymId, Shelf> _held = [];
    private readonly Dictionary<PseudonymId, PseudonymKeys> _keys = [];
    private readonly Dictionary<AskId, (LinkId Link, StreamId Stream)> _asks = [];
    private readonly Dictionary<PseudonymId, SignedHead> _signed = [];
    private readonly Dictionary<PseudonymId, Shelf> _own = [];
    private readonly Seeds _chance = new(node.World.Settings.Seed, Purpose.Identity, node.Number);
    private readonly ComingParts _parts = new();
    private readonly CircleJournal? _journal = node.World.Settings.IsDurable ? new(node) : null;
    private Volume? _shown;

    /// <summary>Own ones are not among them.</summary>
    internal IReadOnlyDictionary<PseudonymId, Shelf> Held => _held;

    internal IEnumerable<PseudonymId> Own => _signed.Keys;

    /// <summary>Null: not ours.</summary>
    internal Key? PathKeyOf(PseudonymId own) => _keys.GetValueOrDefault(own)?.Path;

    internal void Show(Volume? shown)
    {
        _shown = shown;
        if (node.IsUp)
            node.Take(new Input.CircleChanged(shown?.Head));
    }

    /// <summary>It is a friend no more.</summary>
    internal void Forget(FriendId friend) => _journal?.Forget(friend);

    internal void Start()
    {
        _asks.Clear();
        node.Take(new Input.OwnHeads([.. _signed.Values]));
        foreach (var known in _journal?.Restore(_held) ?? [])
            node.Take(known);
        node.Take(new Input.CircleChanged(_shown?.Head));
    }

    internal bool Do(Effect effect)
    {
        _journal?.Note(effect);
        switch (effect)
        {
            case Effect.SignHead sign:
                Sign(sign);
                break;
            case Effect.FetchCircle fetch:
                Fetch(fetch);
                break;
            case Effect.ApplyCircle apply:
                Apply(apply);
                break;
            case Effect.ServeCircle serve:
                Serve(serve);
                break;
            case Effect.GiveUpCircle give:
                GiveUp(give.Ask);
                break;
            case Effect.KeepCircle { SameAs: { } other } keep:
                _held[keep.Held.Pseudonym] = _held[other];
                break;
            case Effect.DropCircle drop:
                _held.Remove(drop.Pseudonym);
                break;
            case Effect.CircleWaits waits:
                node.Trace.Say(node.Now, $"waits: {waits.Why}");
                break;
            default:
                return false;
        }

        return true;
    }

    private void Sign(Effect.SignHead sign)
    {
        var who = sign.Who;
        if (who is null)
        {
            var fresh = PseudonymKeys.Create(_chance);
            who = new PseudonymId(new Hash256(fresh.Signing.PublicKey.Bytes));
            _keys.Add(who.Value, fresh);
            node.World.Register(who.Value, node.Number);
        }

        var keys = _keys[who.Value];
        var path = new Hash256(keys.Path.PublicKey.Bytes);
        var head = SignedHead.Sign(
            new CircleHead(who.Value, path, sign.Version, sign.Horizon, sign.Content),
            keys.Signing
        );
        node.World.Register(head);
        var before = _signed.TryGetValue(who.Value, out var last)
            ? node.World.Library.Find(last.Head.Content.Root)
            : null;
        _signed[who.Value] = head;
        var delta =
            before is not null && node.World.Library.Find(sign.Content.Root) is { } now
                ? node.World.Library.Delta(before, now)
                : [];
        if (node.World.Library.Find(sign.Content.Root) is { } volume)
            _own[who.Value] = new Shelf(volume, before?.Head.Root.Tag ?? 0, delta);
        var small = delta.Length <= Limits.HeadDeltaBytesMax ? delta : [];
        node.Later(WorkTime, new Input.HeadSigned(head, small));
    }

    private void Fetch(Effect.FetchCircle fetch)
    {
        Volume?[] have = [.. fetch.Have.Select(id => Find(id)?.Volume)];
        var request =
            fetch.Parts != 0
                ? _parts.Ask(fetch.Wants[0], have[0]?.Set, fetch.Parts)
                : CircleWants.Of(
                    [
                        .. fetch.Wants.Zip(
                            have,
                            (head, held) => (head.Head.Content.Root.Tag, held?.Head.Root.Tag ?? 0)
                        ),
                    ],
                    fetch.IsFull
                );

        var reading = new CircleReading(fetch.Wants, have, node.World.Library);
        var answer = new CircleAnswer();
        var stream = node.Link(fetch.Link)
            ?.Ask(
                new Request { Circle = request },
                Over,
                piece =>
                {
                    if (fetch.Parts == 0)
                        Came(fetch, reading, piece);
                    else if (piece.Type == FrameType.Data)
                        CameInPart(fetch, have[0], answer, piece.Bytes);
                    else if (ControlMessages.TryParse(piece.Bytes.Span, out CircleAnswer? nodes))
                        answer = nodes;
                }
            );
        if (stream is { } asked)
            _asks[fetch.Ask] = (fetch.Link, asked);
        else
            node.Later(WorkTime, new Input.CircleAskEnded(fetch.Ask, CircleEnd.CutOff));

        void Over(Outcome outcome)
        {
            _asks.Remove(fetch.Ask);
            var end =
                outcome.Pieces is null && outcome.Code == ResetCode.NotFound ? CircleEnd.Missing
                : outcome.Pieces is null ? CircleEnd.CutOff
                : CircleEnd.Held;
            node.Later(WorkTime, new Input.CircleAskEnded(fetch.Ask, end));
        }
    }

    // Want by want, as their answers follow each other; after what is wrong nothing is read.
    private void Came(Effect.FetchCircle fetch, CircleReading reading, Piece piece)
    {
        foreach (var (want, end, shelf) in reading.Read(piece))
        {
            if (shelf is not null)
                Keep(fetch.Friend, fetch.Wants[want], shelf);
            var delta = shelf?.Delta ?? default;
            var small = delta.Length <= Limits.HeadDeltaBytesMax ? delta : default;
            var encoded = shelf?.Volume.EncodedBytes ?? 0;
            node.Later(WorkTime, new Input.CircleFetched(fetch.Ask, want, end, encoded, small));
        }
    }

    private void CameInPart(
        Effect.FetchCircle fetch,
        Volume? held,
        CircleAnswer answer,
        ReadOnlyMemory<byte> bytes
    )
    {
        var head = fetch.Wants[0];
        var (end, left, delta) = _parts.Read(head, fetch.Parts, answer, bytes);
        Shelf? shelf = null;
        if (end == CircleEnd.Held)
        {
            var volume = node.World.Library.Check(held, delta, head.Head.Content)!;
            shelf = held is null ? volume.AsWhole : new Shelf(volume, held.Head.Root.Tag, delta);
            Keep(fetch.Sponsor, head, shelf);
        }

        var kept = shelf?.Delta ?? default;
        var small = kept.Length <= Limits.HeadDeltaBytesMax ? kept : default;
        var encoded = shelf?.Volume.EncodedBytes ?? 0;
        node.Later(WorkTime, new Input.CircleFetched(fetch.Ask, 0, end, encoded, small, left));
    }

    private Shelf? Find(PseudonymId? id) => id is { } known ? _held.GetValueOrDefault(known) : null;

    private void Apply(Effect.ApplyCircle apply)
    {
        var held = Find(apply.Head.Pseudonym)?.Volume;
        var head = apply.Head.Head.Content;
        var volume = node.World.Library.Apply(held, apply.Delta, head);
        var end = volume is null ? CircleEnd.Lied : CircleEnd.Held;
        if (volume is not null)
        {
            var shelf = new Shelf(volume, held?.Head.Root.Tag ?? 0, apply.Delta);
            Keep(apply.Friend, apply.Head, shelf);
        }

        var encoded = volume?.EncodedBytes ?? 0;
        node.Later(WorkTime, new Input.CircleFetched(apply.Ask, 0, end, encoded, apply.Delta));
    }

    private void Keep(FriendId from, SignedHead head, Shelf shelf)
    {
        node.Checks.Learned(node, from, head, shelf.Volume);
        _held[head.Pseudonym] = shelf;
        _journal?.Hold(head, from);
    }

    private void GiveUp(AskId ask)
    {
        if (!_asks.Remove(ask, out var asked))
            return;
        node.Link(asked.Link)?.Cancel(asked.Stream);
        node.Later(WorkTime, new Input.CircleAskEnded(ask, CircleEnd.CutOff));
    }

    private void Serve(Effect.ServeCircle serve)
    {
        if (node.Link(serve.Link) is { } wire)
        {
            Shelf?[] shelves = [.. serve.Wants.Select(Shelved)];
            if (Array.TrueForAll(shelves, shelf => shelf is null))
                wire.Refuse(serve.Stream, ResetCode.NotFound);
            else
                wire.Answer(serve.Stream, CircleAnswers.Write(serve.Request, shelves));
        }

        node.Take(new Input.CircleServed(serve.Friend, serve.Link, serve.Stream));
    }

    private Shelf? Shelved(SignedHead? head)
    {
        if (head is null)
            return null;
        var shelf = _own.GetValueOrDefault(head.Pseudonym) ?? Find(head.Pseudonym);
        return shelf?.Volume.Head.Root == head.Head.Content.Root ? shelf : null;
    }
}
