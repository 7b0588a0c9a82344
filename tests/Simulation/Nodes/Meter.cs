using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Nodes;

/// <summary>What bytes were for.</summary>
internal enum Traffic
{
    /// <summary>Hello, addresses, heads of friends' views.</summary>
    Greetings,

    /// <summary>Heads of circles, maybe with the deltas to them.</summary>
    Heads,

    /// <summary>What keeps both sides' sets of heads equal and their pace bearable.</summary>
    Counts,

    /// <summary>Requests for content, refusals.</summary>
    Asks,

    /// <summary>Catalogs of friends.</summary>
    Catalogs,

    /// <summary>Catalogs of circles.</summary>
    Circles,

    Files,

    /// <summary>What passes over paths, files too, at each link that carries it.</summary>
    Paths,

    Keepalives,

    /// <summary>Records of sealed links, whatever is in them.</summary>
    Sealed,
}

/// <summary>Bytes of records that one node received, by what they were for.</summary>
internal sealed class Meter
{
    private readonly long[] _bytes = new long[Enum.GetValues<Traffic>().Length];

    internal long Total => _bytes.Sum();

    /// <summary>Links that were opened, either way.</summary>
    internal int Handshakes { get; private set; }

    internal long this[Traffic traffic] => _bytes[(int)traffic];

    /// <summary>Heads that were told.</summary>
    internal int News { get; private set; }

    /// <summary>Bytes of deltas that came with them.</summary>
    internal long DeltaBytes { get; private set; }

    /// <summary>Requests and answers that came.</summary>
    internal int Requests { get; private set; }

    internal int Answers { get; private set; }

    internal void Reset()
    {
        (News, DeltaBytes, Requests, Answers) = (0, 0, 0, 0);
        Array.Clear(_bytes);
        Handshakes = 0;
    }

    internal void Opened() => Handshakes++;

    internal void Idled(int bytes) => Add(Traffic.Keepalives, bytes);

    internal void Unopened(int bytes) => Add(Traffic.Sealed, bytes);

    internal void Received(Message message, int bytes)
    {
        var kind = message.KindCase;
        Add(
            kind <= Message.KindOneofCase.Addresses ? Traffic.Greetings
                : kind == Message.KindOneofCase.Heads ? Traffic.Heads
                : Traffic.Counts,
            bytes
        );
        foreach (var news in message.Heads?.News ?? [])
        {
            News++;
            DeltaBytes += news.Delta.Length;
        }
    }

    internal void Asked(int bytes)
    {
        Requests++;
        Add(Traffic.Asks, bytes);
    }

    internal void Answered(Request.KindOneofCase kind, int bytes)
    {
        Answers++;
        Add(
            kind switch
            {
                Request.KindOneofCase.None => Traffic.Asks,
                Request.KindOneofCase.Catalog => Traffic.Catalogs,
                Request.KindOneofCase.Fetch or Request.KindOneofCase.Leaves => Traffic.Files,
                Request.KindOneofCase.Path or Request.KindOneofCase.Up => Traffic.Paths,
                _ => Traffic.Circles,
            },
            bytes
        );
    }

    private void Add(Traffic traffic, int bytes) => _bytes[(int)traffic] += bytes;
}
