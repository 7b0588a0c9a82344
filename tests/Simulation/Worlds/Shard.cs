using FriendNet.Simulation.Nodes;

namespace FriendNet.Simulation.Worlds;

/// <summary>Some of a world's nodes, run by one thread.</summary>
internal sealed class Shard(int shards, int number)
{
    private readonly Agenda _agenda = new();
    private readonly List<Arrival>[] _outboxes =
    [
        .. Enumerable.Range(0, shards).Select(_ => New()),
    ];

    internal long Now { get; private set; }

    internal long Events { get; private set; }

    /// <summary>When something last came that was not of links that idle.</summary>
    internal long BusyAt { get; private set; }

    internal long NextAt => _agenda.NextAt;

    internal void Post(in Arrival arrival)
    {
        var shard = arrival.Node % shards;
        if (shard == number)
            _agenda.Add(arrival);
        else
            _outboxes[shard].Add(arrival);
    }

    /// <summary>Takes what other shards have for this one.</summary>
    internal void Collect(IReadOnlyList<Shard> all)
    {
        foreach (var other in all)
        {
            var box = other._outboxes[number];
            foreach (var arrival in box)
                _agenda.Add(arrival);
            box.Clear();
        }
    }

    internal void Run(SimNode[] nodes, long until)
    {
        while (_agenda.NextAt < until)
        {
            var arrival = _agenda.Take();
            Now = arrival.At;
            Events++;
            if (arrival.Kind >= ArrivalKind.Message)
                BusyAt = Now;
            nodes[arrival.Node].Handle(arrival);
        }
    }

    private static List<Arrival> New() => [];
}
