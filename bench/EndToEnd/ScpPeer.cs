namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// scp through a jump host: encrypted twice as a path is, but not verified against an id, and not
/// on disk when it says done. The CPU of the jump's client is not counted: ssh never waits for it.
/// </summary>
internal sealed class ScpPeer(string name, SshHosts hosts, string sources, string? cipher) : IPeer
{
    public string Name => name;

    public Cost Fetch(string path, string destination)
    {
        using var ends = new Ends(hosts.Ids);
        string[] chosen = cipher is null ? [] : ["-c", cipher];
        var source = $"{SshHosts.Far}:{Path.Combine(sources, path)}";
        var (wall, cpu) = Command.Time(
            ends,
            "scp",
            ["-q", "-r", .. chosen, "-F", hosts.ClientConfig, source, destination + "/"]
        );
        ends.AwaitReaped();
        return ends.Cost(wall, cpu);
    }
}
