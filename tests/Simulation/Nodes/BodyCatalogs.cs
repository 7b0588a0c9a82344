using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>A node's view for its friends, and what it holds of theirs: outlives a crash.</summary>
internal sealed class BodyCatalogs(SimNode node)
{
    private static readonly TimeSpan ApplyTime = TimeSpan.FromMilliseconds(1);
    private readonly Dictionary<FriendId, Catalog> _held = [];

    /// <summary>What all friends see; null: nothing is said of any view.</summary>
    internal Catalog? View { get; private set; }

    internal IReadOnlyDictionary<FriendId, Catalog> Held => _held;

    internal void Show(Catalog view)
    {
        View = view;
        if (node.IsUp)
            Tell(view);
    }

    internal void Start()
    {
        foreach (var (friend, catalog) in _held.OrderBy(held => held.Key.Value))
            node.Take(new Input.CatalogHeld(friend, catalog.Head));
        if (View is { } view)
            Tell(view);
    }

    internal void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.SyncCatalog sync:
                Sync(sync);
                break;
            case Effect.ServeCatalog serve:
                Serve(serve);
                break;
            default:
                break;
        }
    }

    private void Tell(Catalog view)
    {
        foreach (var friend in node.World.Graph.Friends(node.Number))
            node.Take(new Input.ViewChanged(SimNode.IdOf(node.World, friend), view.Head));
    }

    private void Serve(Effect.ServeCatalog serve)
    {
        if (node.Link(serve.Link) is not { } wire)
            return;
        var have = serve.Request.HaveRoot.IsEmpty
            ? default
            : new Hash256(serve.Request.HaveRoot.Span);
        if (View is { } view)
            wire.Answer(serve.Stream, [Piece.Data(node.World.Library.Delta(have, view))]);
        else
            wire.Refuse(serve.Stream, ResetCode.NotFound);
        node.Take(new Input.CatalogServed(serve.Link, serve.Stream));
    }

    private void Sync(Effect.SyncCatalog sync)
    {
        var held = _held.GetValueOrDefault(sync.Friend);
        var have = held is null ? ByteString.Empty : ByteString.CopyFrom(held.Head.Root.ToArray());
        var request = new Request { Catalog = new CatalogRequest { HaveRoot = have } };
        if (node.Link(sync.Link)?.Ask(request, Over) is null)
            node.Take(new Input.CatalogFailed(sync.Friend, "no link"));

        void Over(Outcome outcome)
        {
            var catalog = outcome.Pieces is [{ } data]
                ? node.World.Library.Apply(held, data.Bytes)
                : null;
            if (catalog is null)
            {
                node.Take(new Input.CatalogFailed(sync.Friend, "cut off"));
                return;
            }

            _held[sync.Friend] = catalog;
            node.Later(ApplyTime, new Input.CatalogHeld(sync.Friend, catalog.Head));
        }
    }
}
