namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// No peer but the floor under all that say done when it is on disk: a local copy of the cached
/// source, past the page cache, flushed; no second end, no network, nothing verified.
/// </summary>
internal sealed class DiskPeer(string sources) : IPeer
{
    public string Name => "disk alone";

    public Cost Fetch(string name, string destination)
    {
        using var ends = new Ends([]);
        var (wall, cpu) = Command.Time(
            ends,
            "dd",
            $"if={Path.Combine(sources, name)}",
            $"of={Path.Combine(destination, Path.GetFileName(name))}",
            "bs=4M",
            "oflag=direct",
            "conv=fsync"
        );
        return ends.Cost(wall, cpu);
    }
}
