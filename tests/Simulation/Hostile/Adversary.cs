using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;
using Google.Protobuf;

namespace FriendNet.Simulation.Hostile;

/// <summary>How a friend misbehaves.</summary>
internal enum Malice
{
    /// <summary>Answers with other bytes than were published, and passes on others than came.
    /// </summary>
    Alters,

    /// <summary>Tells what it does not give.</summary>
    Withholds,

    /// <summary>Tells heads that nobody signed.</summary>
    Lies,

    /// <summary>Tells heads of made-up pseudonyms, as fast as they are taken.</summary>
    Floods,
}

/// <summary>Behaves badly in one way.</summary>
internal sealed class Adversary(Malice malice, Seeds draws) : IAdversary
{
    private const int VersionAt = 72;

    private const int RelayedAlike = 16;
    private const int FloodMax = 600;
    private const int FloodEntries = 500;
    private readonly List<HeadNews> _flood = [];
    private readonly Dictionary<LinkId, int> _flooded = [];

    public bool Takes(LinkId link, Message message, out Message? answer)
    {
        answer = null;
        if (malice != Malice.Floods || message.HeadsTaken is not { } taken)
            return false;
        answer = Flood(link, (int)taken.Heads);
        return true;
    }

    public bool Takes(IWorldWire wire, StreamId stream, Request request) => false;

    public IReadOnlyList<Piece>? Answer(IReadOnlyList<Piece> pieces) =>
        malice switch
        {
            Malice.Withholds => null,
            Malice.Alters => [.. pieces.Select(Altered)],
            _ => pieces,
        };

    public ReadOnlyMemory<byte>? Relay(ReadOnlyMemory<byte> bytes)
    {
        if (malice == Malice.Withholds)
            return null;
        if (malice != Malice.Alters || draws.Next(RelayedAlike) > 0)
            return bytes;
        var altered = bytes.ToArray();
        altered[draws.Next(altered.Length)] ^= (byte)(1 + draws.Next(byte.MaxValue));
        return altered;
    }

    public Message Send(LinkId link, Message message)
    {
        if (malice == Malice.Floods && message.Heads is not null && !_flooded.ContainsKey(link))
            return Flood(link, Limits.HeadsTakenEvery) ?? message;
        if (malice != Malice.Lies || message.Heads is not { News.Count: > 0 } || draws.Next(4) > 0)
            return message;
        var forged = message.Clone();
        var news = forged.Heads.News[draws.Next(forged.Heads.News.Count)];
        if (news.Head.IsEmpty)
            return message;
        var bytes = news.Head.ToByteArray();
        bytes[VersionAt]++;
        news.Head = ByteString.CopyFrom(bytes);
        return forged;
    }

    // Signed, by keys made for it; null: that was all.
    private Message? Flood(LinkId link, int count)
    {
        var told = _flooded.GetValueOrDefault(link);
        while (_flood.Count < Math.Min(FloodMax, told + count))
            _flood.Add(MadeUp());
        var news = _flood.Skip(told).Take(count).ToArray();
        _flooded[link] = told + news.Length;
        return news.Length == 0 ? null : new Message { Heads = new Heads { News = { news } } };
    }

    private HeadNews MadeUp()
    {
        using var keys = PseudonymKeys.Create(draws);
        var id = new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes));
        var root = new byte[Hash256.Size];
        draws.Fill(root);
        var content = new CatalogHead(new Hash256(root), FloodEntries, FloodEntries);
        var path = new Hash256(keys.Path.PublicKey.Bytes);
        var version = World.Epoch.Microseconds / World.Second;
        var head = SignedHead.Sign(new CircleHead(id, path, version, 2, content), keys.Signing);
        return new HeadNews { Head = ByteString.CopyFrom(head.Encoded.Span), Hops = 2 };
    }

    // Well-formed and false: the entries of another catalog, or bytes that are none.
    private Piece Altered(Piece piece)
    {
        var bytes = piece.Bytes.ToArray();
        if (bytes.Length > 0 && draws.Next(2) == 0)
            bytes[draws.Next(bytes.Length)] ^= 1;
        return piece with { Bytes = bytes };
    }
}
