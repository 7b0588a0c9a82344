using FriendNet.Bench.Catalogs;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;
using Google.Protobuf;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// Tells one friend of so many pseudonyms that are not its own, as fast as they are taken, and
/// takes the oldest back where there is no room; gives the catalog of each when it is asked.
/// </summary>
internal sealed class Flooder(int pseudonyms, int entriesEach, Seeds draws) : IAdversary
{
    private readonly Queue<PseudonymId> _told = [];
    private readonly Dictionary<uint, int> _numbers = [];
    private int _underWay;

    /// <summary>Pseudonyms told so far.</summary>
    internal int Told { get; private set; }

    /// <summary>Entries given so far.</summary>
    internal long Given { get; private set; }

    /// <summary>Begins, on the one link that its node has.</summary>
    internal void Begin(SimNode node) => node.Links.Single().Send(Flood()!);

    public bool Takes(LinkId link, Message message, out Message? answer)
    {
        answer = null;
        if (message.HeadsTaken is not { } taken)
            return false;
        _underWay -= (int)taken.Heads;
        answer = Flood();
        return true;
    }

    public bool Takes(IWorldWire wire, StreamId stream, Request request)
    {
        if (request.Circle is not { } circle)
            return false;
        var pieces = new List<Piece>();
        for (var want = 0; want < CircleWants.Count(circle); want++)
        {
            if (!_numbers.TryGetValue(Short(CircleWants.At(circle, want).Root), out var number))
                return false;
            pieces.Add(Piece.Data(Content(number).Whole));
        }

        Given += pieces.Count * (long)entriesEach;
        wire.Answer(stream, pieces);
        return true;
    }

    public IReadOnlyList<Piece>? Answer(IReadOnlyList<Piece> pieces) => pieces;

    public ReadOnlyMemory<byte>? Relay(ReadOnlyMemory<byte> bytes) => bytes;

    public Message Send(LinkId link, Message message) => message;

    // Of one root wants say the whole tag, or only this much of it.
    private static uint Short(ulong tag) => unchecked((uint)tag);

    // All that the window lets through.
    private Message? Flood()
    {
        var heads = new Heads();
        while (Told < pseudonyms && Room(heads) > 0)
        {
            if (_told.Count >= Limits.HeadsPerFriendMax)
            {
                if (Room(heads) < 2)
                    break;
                var gone = ByteString.CopyFrom(_told.Dequeue().Key.ToArray());
                heads.News.Add(new HeadNews { Gone = gone });
            }

            heads.News.Add(MadeUp(Told++));
        }

        _underWay += heads.News.Count;
        return heads.News.Count == 0 ? null : new Message { Heads = heads };
    }

    private int Room(Heads heads) => Limits.HeadsWindowMax - _underWay - heads.News.Count;

    private EntrySet Content(int number) =>
        EntrySet.Of(Names.Entries(int.MaxValue - number, entriesEach));

    private HeadNews MadeUp(int number)
    {
        using var keys = PseudonymKeys.Create(draws);
        var id = new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes));
        var (path, content) = (new Hash256(keys.Path.PublicKey.Bytes), Content(number).Head);
        var version = World.Epoch.Microseconds / World.Second;
        var head = SignedHead.Sign(new CircleHead(id, path, version, 2, content), keys.Signing);
        _numbers[Short(content.Root.Tag)] = number;
        _told.Enqueue(id);
        return new HeadNews { Head = ByteString.CopyFrom(head.Encoded.Span), Hops = 2 };
    }
}
