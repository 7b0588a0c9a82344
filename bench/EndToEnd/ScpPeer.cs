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
        var before = hosts.CpuSeconds;
        string[] chosen = cipher is null ? [] : ["-c", cipher];
        var source = $"{SshHosts.Far}:{Path.Combine(sources, path)}";
        var cost = Command.Time(
            "scp",
            ["-q", "-r", .. chosen, "-F", hosts.ClientConfig, source, destination + "/"]
        );
        return cost with { CpuSeconds = cost.CpuSeconds + hosts.AwaitReaped(before) };
    }
}
