using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>Files that a node shares, and those that it fetches; they outlive a crash.</summary>
internal sealed class BodyFiles(SimNode node)
{
    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(1);
    private readonly Dictionary<ContentId, (FileText Text, Audience Audience)> _shares = [];
    private readonly Dictionary<int, IReadOnlySet<FriendId>> _groups = [];
    private readonly SortedDictionary<long, SimTransfer> _transfers = [];
    private readonly Dictionary<FetchId, (LinkId Link, StreamId Stream)> _fetches = [];

    internal IEnumerable<SimTransfer> Transfers => _transfers.Values;

    internal void Share(FileText text, Audience audience) => _shares[text.Id] = (text, audience);

    internal void Withdraw(FileText text) => _shares.Remove(text.Id);

    internal void Gather(int group, IReadOnlySet<FriendId> friends) => _groups[group] = friends;

    /// <summary>Whether that file of ours stands in the view of this friend.</summary>
    internal bool IsInView(FileText text, FriendId friend) =>
        _shares.TryGetValue(text.Id, out var share) && share.Audience.IsInView(friend, Members);

    internal void Want(SimTransfer transfer)
    {
        _transfers[transfer.Transfer.Value] = transfer;
        if (node.IsUp)
            node.Take(Wish(transfer));
    }

    internal void Start()
    {
        _fetches.Clear();
        foreach (var transfer in _transfers.Values)
            node.Take(Wish(transfer));
    }

    internal bool Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.FindSources find:
                Find(find);
                break;
            case Effect.Fetch fetch:
                Fetch(fetch);
                break;
            case Effect.CancelFetch cancel:
                Cancel(cancel.Id);
                break;
            case Effect.ServeFetch serve:
                Serve(serve);
                break;
            case Effect.ServeLeaves serve:
                Serve(serve);
                break;
            case Effect.Finish finish:
                Finish(_transfers[finish.Transfer.Value]);
                break;
            case Effect.Blame blame:
                node.Trace.Say(node.Now, $"blames {blame.Source}");
                break;
            case Effect.TransferWaits waits:
                node.Trace.Say(node.Now, $"file {waits.Transfer.Value} waits: {waits.Why}");
                break;
            default:
                return false;
        }

        return true;
    }

    private static Input Wish(SimTransfer transfer) =>
        transfer.IsDone
            ? new Input.DownloadHeld(transfer.Transfer, [transfer.Content])
            : new Input.Download(
                transfer.Transfer,
                [new WantedFile(transfer.Content, [.. transfer.Have])]
            )
            {
                // Whoever has it by right may give it on: that is no matter of the owner's.
                IsQuiet = transfer.From is not null,
            };

    private IReadOnlySet<FriendId> Members(int group) => _groups[group];

    private void Finish(SimTransfer transfer)
    {
        node.Checks.Finished(node, transfer);
        transfer.IsDone = true;
        node.Trace.Say(node.Now, $"has file {transfer.Transfer.Value}");
        node.Take(Wish(transfer));
    }

    private void Find(Effect.FindSources find)
    {
        if (!_transfers.TryGetValue(find.Transfer.Value, out var transfer))
            return;
        SourceId[] sources = [.. Sources(transfer).Distinct()];
        node.Later(LookTime, new Input.SourcesFound(find.Transfer, find.File, sources));
    }

    private IEnumerable<SourceId> Sources(SimTransfer transfer)
    {
        foreach (var (friend, view) in node.Catalogs.Held)
        {
            if (transfer.From is null && Names(view, transfer))
                yield return SourceId.Of(friend);
        }

        foreach (var (pseudonym, shelf) in node.Circles.Held)
        {
            if (transfer.From is null && Names(shelf.Volume, transfer))
                yield return SourceOf(pseudonym);
            else if (transfer.From is { } owner && node.World.OwnerOf(pseudonym) == owner)
                yield return SourceOf(pseudonym);
        }
    }

    private static bool Names(Volume volume, SimTransfer transfer) =>
        volume.Set.Entries.Any(entry => entry.Content == transfer.Content);

    // Of a friend that is there it is asked as of a friend. One that is not gets a path here, where
    // the daemon waits for its link: the harder case, which it has before it hears from the friend.
    private SourceId SourceOf(PseudonymId pseudonym)
    {
        foreach (var route in node.RoutesTo(pseudonym))
        {
            if (route.Hops == 1 && node.Link(route.Link) is { } wire)
                return SourceId.Of(SimNode.IdOf(node.World, wire.Peer));
        }

        return SourceId.Of(pseudonym);
    }

    private void Fetch(Effect.Fetch fetch)
    {
        if (
            !_transfers.TryGetValue(fetch.Transfer.Value, out var transfer)
            || node.Link(fetch.Link) is not { } wire
        )
        {
            node.Take(new Input.FetchEnded(fetch.Id));
            return;
        }

        var asked = fetch.Slices.Select(s => new RunOfContent(transfer.Content, s.Run)).ToArray();
        var request = new FetchRequest { Slices = { asked.Select(run => run.ToRequest()) } };
        var reading = new FetchReading(node, wire, fetch, transfer, asked);
        var stream = wire.Ask(
            new Request { Fetch = request },
            _ => End(fetch.Id),
            piece =>
            {
                if (!reading.Take(piece))
                    Cancel(fetch.Id);
            },
            asked.Sum(run => run.Bytes)
        );
        if (stream is { } known)
            _fetches.Add(fetch.Id, (fetch.Link, known));
        else
            node.Take(new Input.FetchEnded(fetch.Id));
    }

    private void Cancel(FetchId id)
    {
        if (!_fetches.TryGetValue(id, out var fetch))
            return;
        node.Link(fetch.Link)?.Cancel(fetch.Stream);
        End(id);
    }

    private void End(FetchId id)
    {
        if (_fetches.Remove(id))
            node.Take(new Input.FetchEnded(id));
    }

    private void Serve(Effect.ServeFetch serve)
    {
        if (node.Link(serve.Link) is not { } wire)
            return;
        var pieces = new List<Piece>();
        foreach (var slice in serve.Request.Slices)
        {
            if (!RunOfContent.TryParse(slice, out var run))
            {
                wire.Refuse(serve.Stream, ResetCode.Malformed);
                return;
            }

            var header = new SliceHeader { Status = SliceHeader.Types.Status.NotFound };
            if (Find(serve.Friend, run) is not var (bytes, proof))
            {
                pieces.Add(Piece.Part(header.ToByteArray()));
                continue;
            }

            node.Checks.Given(node, serve.Friend, run.Id);
            header.Status = SliceHeader.Types.Status.Ok;
            header.Proof = ByteString.CopyFrom(MemoryMarshal.AsBytes(proof.AsSpan()));
            pieces.Add(Piece.Part(header.ToByteArray()));
            for (var rest = bytes; !rest.IsEmpty; )
            {
                var count = Math.Min(rest.Length, Limits.FrameBodyBytesMax);
                pieces.Add(Piece.Data(rest[..count]));
                rest = rest[count..];
            }
        }

        wire.Answer(serve.Stream, pieces);
    }

    private void Serve(Effect.ServeLeaves serve)
    {
        if (node.Link(serve.Link) is not { } wire)
            return;
        if (
            !RunOfContent.TryParse(serve.Request.Slice, out var run)
            || Find(serve.Friend, run) is not var (bytes, _)
        )
        {
            wire.Refuse(serve.Stream, ResetCode.NotFound);
            return;
        }

        var hasher = new RunHasher();
        hasher.Begin(run.Id.Length, run.Run);
        hasher.Append(bytes.Span);
        wire.Answer(serve.Stream, [Piece.Part(MemoryMarshal.AsBytes(hasher.Leaves).ToArray())]);
    }

    /// <summary>What we share with who asks; then, for friends, what we fetch.</summary>
    /// <param name="friend">Null: somebody of the circle, over a path.</param>
    private (ReadOnlyMemory<byte> Bytes, Hash256[] Proof)? Find(FriendId? friend, RunOfContent run)
    {
        if (_shares.TryGetValue(run.Id, out var share))
        {
            return share.Audience.IsFor(friend, Members)
                ? (share.Text.Run(run.Run), share.Text.Prove(run.Run))
                : null;
        }

        var part = _transfers.Values.FirstOrDefault(one =>
            one.Content == run.Id && one.Has(run.Run)
        );
        return friend is null || part is null ? null : (part.Run(run.Run), part.Proofs[run.Run]);
    }
}
