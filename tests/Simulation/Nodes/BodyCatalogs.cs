using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>A node's views for friends, and what it holds of theirs: outlives a crash.</summary>
internal sealed class BodyCatalogs(SimNode node)
{
    private static readonly TimeSpan ApplyTime = TimeSpan.FromMilliseconds(1);
    private readonly Dictionary<FriendId, Volume> _held = [];
    private readonly Dictionary<FriendId, Volume> _views = [];

    internal IReadOnlyDictionary<FriendId, Volume> Held => _held;

    internal IReadOnlyDictionary<FriendId, Volume> Views => _views;

    internal void Show(FriendId friend, Volume view)
    {
        _views[friend] = view;
        if (node.IsUp)
            node.Take(new Input.ViewChanged(friend, view.Head));
    }

    /// <summary>It is a friend no more.</summary>
    internal void Forget(FriendId friend)
    {
        _views.Remove(friend);
        _held.Remove(friend);
    }

    internal void Start()
    {
        foreach (var (friend, volume) in _held.OrderBy(held => held.Key.Value))
            node.Take(new Input.CatalogHeld(friend, volume.Head));
        foreach (var (friend, view) in _views.OrderBy(view => view.Key.Value))
            node.Take(new Input.ViewChanged(friend, view.Head));
    }

    internal bool Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.SyncCatalog sync:
                Sync(sync);
                return true;
            case Effect.ServeCatalog serve:
                Serve(serve);
                return true;
            default:
                return false;
        }
    }

    // From nothing always: views are small here, and what is counted are circles.
    private void Serve(Effect.ServeCatalog serve)
    {
        if (node.Link(serve.Link) is { } wire)
        {
            if (_views.TryGetValue(serve.Friend, out var view))
                wire.Answer(serve.Stream, [Piece.Data(view.View)]);
            else
                wire.Refuse(serve.Stream, ResetCode.NotFound);
        }

        node.Take(new Input.CatalogServed(serve.Link, serve.Stream));
    }

    private void Sync(Effect.SyncCatalog sync)
    {
        var (peer, asked) = (SimNode.NumberOf(sync.Friend), node.Now);
        var held = _held.GetValueOrDefault(sync.Friend);
        var have = held is null ? ByteString.Empty : ByteString.CopyFrom(held.Head.Root.ToArray());
        var request = new Request { Catalog = new CatalogRequest { HaveRoot = have } };
        if (node.Link(sync.Link)?.Ask(request, Over) is null)
            node.Take(new Input.CatalogFailed(sync.Friend, "no link"));

        void Over(Outcome outcome)
        {
            var data = outcome.Pieces is null ? default : Piece.Join(outcome.Pieces);
            if (outcome.Pieces is null)
            {
                node.Take(new Input.CatalogFailed(sync.Friend, "cut off"));
            }
            else if (Read(data.Span) is not { } volume)
            {
                node.Take(new Input.CatalogFailed(sync.Friend, "wrong", Lasting: true));
            }
            else
            {
                node.Checks.Shown(node, peer, volume, asked);
                _held[sync.Friend] = volume;
                node.Later(ApplyTime, new Input.CatalogHeld(sync.Friend, volume.Head));
            }
        }
    }

    private Volume? Read(ReadOnlySpan<byte> delta)
    {
        using var reader = new DeltaReader();
        var steps = new List<DeltaStep>();
        DeltaStatus status;
        while ((status = reader.Read(ref delta, out var step)) <= DeltaStatus.Step)
        {
            if (status == DeltaStatus.NeedsInput)
                return null;
            if (status == DeltaStatus.Step)
                steps.Add(step);
        }

        if (status != DeltaStatus.End)
            return null;
        var set = EntrySet.Empty.With(steps);
        return set.Head == reader.Header.To ? node.World.Library.Add(set) : null;
    }
}
