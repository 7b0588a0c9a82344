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

    /// <summary>Tells heads of made-up pseudonyms, as fast as they are taken or faster.</summary>
    Floods,
}

/// <summary>Behaves badly in one way.</summary>
internal sealed class Adversary(Malice malice, Seeds draws) : IAdversary
{
    private const int VersionAt = 72;
    private readonly Alterations _alterations = new(draws);
    private readonly HeadFlood? _flood = malice == Malice.Floods ? new(draws) : null;

    public bool Takes(LinkId link, Message message, out Message? answer)
    {
        answer = _flood?.Answer(link, message);
        return _flood is not null && message.HeadsTaken is not null;
    }

    public bool Takes(IWorldWire wire, StreamId stream, Request request) => false;

    public IReadOnlyList<Piece>? Answer(IReadOnlyList<Piece> pieces) =>
        malice switch
        {
            Malice.Withholds => null,
            Malice.Alters when pieces.Count > 0 => _alterations.Answer(pieces),
            _ => pieces,
        };

    public ReadOnlyMemory<byte>? Relay(ReadOnlyMemory<byte> bytes) =>
        malice switch
        {
            Malice.Withholds => null,
            Malice.Alters => _alterations.Relayed(bytes),
            _ => bytes,
        };

    public Message Send(LinkId link, Message message)
    {
        if (_flood is not null)
            return _flood.Send(link, message);
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
}
