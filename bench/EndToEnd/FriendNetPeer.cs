namespace FriendNet.Bench.EndToEnd;

/// <summary>Fetches into one daemon; the CPU of all that have a part in it is counted.</summary>
internal sealed class FriendNetPeer(string name, NodeProcess fetcher, params NodeProcess[] others)
    : IPeer
{
    private readonly NodeProcess[] _all = [.. others, fetcher];
    private readonly List<double[]> _spent = [];

    public string Name => name;

    /// <summary>CPU seconds of each daemon in each fetch.</summary>
    internal IEnumerable<(string Name, IEnumerable<double> Seconds)> Spent =>
        _all.Select((node, i) => (node.Name, _spent.Select(fetch => fetch[i])));

    public Cost Fetch(string path, string destination)
    {
        var id = fetcher.Find(path);
        var before = _all.Select(node => node.CpuSeconds).ToArray();
        var allocated = _all.Sum(node => node.Allocated);
        using var ends = new Ends([.. others.Select(node => node.Id)], fetcher.Id);
        var (wall, cpu) = fetcher.Get(ends, id, destination);
        _spent.Add([.. _all.Zip(before, (node, was) => node.CpuSeconds - was)]);
        return ends.Cost(wall, cpu) with
        {
            Allocated = _all.Sum(node => node.Allocated) - allocated,
        };
    }
}
