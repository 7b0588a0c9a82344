using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Nodes;

/// <summary>What bytes were for.</summary>
internal enum Traffic
{
    /// <summary>Hello, addresses, heads of friends' views.</summary>
    Greetings,

    /// <summary>Heads of circles, and what keeps both sides' sets equal.</summary>
    Heads,

    /// <summary>Requests for content, refusals.</summary>
    Asks,

    /// <summary>Catalogs of friends.</summary>
    Catalogs,

    /// <summary>Catalogs of circles.</summary>
    Circles,

    Files,

    Keepalives,
}

/// <summary>Bytes of records that one node received, by what they were for.</summary>
internal sealed class Meter
{
    private readonly long[] _bytes = new long[Enum.GetValues<Traffic>().Length];

    internal long Total => _bytes.Sum();

    /// <summary>Links that were opened, either way.</summary>
    internal int Handshakes { get; private set; }

    internal long this[Traffic traffic] => _bytes[(int)traffic];

    internal void Reset()
    {
        Array.Clear(_bytes);
        Handshakes = 0;
    }

    internal void Opened() => Handshakes++;

    internal void Idled(int bytes) => Add(Traffic.Keepalives, bytes);

    internal void Received(Message.KindOneofCase kind, int bytes) =>
        Add(kind <= Message.KindOneofCase.Addresses ? Traffic.Greetings : Traffic.Heads, bytes);

    internal void Asked(Request.KindOneofCase kind, int bytes)
    {
        _ = kind;
        Add(Traffic.Asks, bytes);
    }

    internal void Answered(Request.KindOneofCase kind, int bytes) =>
        Add(
            kind switch
            {
                Request.KindOneofCase.None => Traffic.Asks,
                Request.KindOneofCase.Catalog => Traffic.Catalogs,
                Request.KindOneofCase.Fetch or Request.KindOneofCase.Leaves => Traffic.Files,
                _ => Traffic.Circles,
            },
            bytes
        );

    private void Add(Traffic traffic, int bytes) => _bytes[(int)traffic] += bytes;
}
