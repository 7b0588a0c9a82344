using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;
using Google.Protobuf;

namespace FriendNet.Simulation.Hostile;

/// <summary>How a friend misbehaves.</summary>
internal enum Malice
{
    /// <summary>Answers with other bytes than were published.</summary>
    Alters,

    /// <summary>Tells what it does not give.</summary>
    Withholds,

    /// <summary>Tells heads that nobody signed.</summary>
    Lies,
}

/// <summary>Stands between a node and its links, and changes what goes out.</summary>
internal sealed class Adversary(Malice malice, Seeds draws)
{
    private const int VersionAt = 72;

    internal Malice Malice => malice;

    /// <summary>What goes out instead of an answer; null: nothing.</summary>
    internal IReadOnlyList<Piece>? Answer(IReadOnlyList<Piece> pieces) =>
        malice switch
        {
            Malice.Withholds => null,
            Malice.Alters => [.. pieces.Select(Altered)],
            _ => pieces,
        };

    internal Message Send(Message message)
    {
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

    // Well-formed and false: the entries of another catalog, or bytes that are none.
    private Piece Altered(Piece piece)
    {
        var bytes = piece.Bytes.ToArray();
        if (bytes.Length > 0 && draws.Next(2) == 0)
            bytes[draws.Next(bytes.Length)] ^= 1;
        return piece with { Bytes = bytes };
    }
}
