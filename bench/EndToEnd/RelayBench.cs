namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// One big file from a friend of a friend, through the friend between; directly from a friend;
/// and by scp through a jump host, with its usual cipher and with the fastest.
/// </summary>
internal static class RelayBench
{
    private const string FastCipher = "aes128-gcm@openssh.com";

    internal static void Run(string program, string work, int gibibytes, int runs)
    {
        var bytes = (long)gibibytes << 30;
        var rounds = new Rounds(work, runs);
        var big = Path.Combine(rounds.Sources, "big", "big.bin");
        Rounds.MakeFile(big, bytes);
        rounds.FillPageCache();
        using var hosts = new SshHosts(Path.Combine(work, "ssh"));
        var homes = Path.Combine(work, "homes");
        using var owner = new NodeProcess(program, homes, "owner");
        using var relay = new NodeProcess(program, homes, "relay");
        using var far = new NodeProcess(program, homes, "far");
        using var friend = new NodeProcess(program, homes, "friend");
        owner.Befriend(relay);
        owner.Befriend(friend);
        relay.Befriend(far);
        owner.Run("share", "add", Path.GetDirectoryName(big)!, "--audience", "circle");
        var relayed = new FriendNetPeer("relayed", far, owner, relay);
        var direct = new FriendNetPeer("direct", friend, owner);
        rounds.Compare(
            "relay",
            big,
            bytes,
            relayed,
            direct,
            new ScpPeer("scp -J", hosts, rounds.Sources, null),
            new ScpPeer("scp -J, AES-GCM", hosts, rounds.Sources, FastCipher)
        );
        foreach (var (peer, kind) in new[] { (relayed, "relayed"), (direct, "direct") })
        {
            foreach (var (name, seconds) in peer.Spent)
            {
                var each = Rounds.Spread(seconds.Skip(1).Select(spent => spent / gibibytes));
                Console.WriteLine($"{kind}: {name} {each} CPU s per GiB");
            }
        }

        Console.WriteLine(
            $"memory of the relay: peak {relay.Peak >> 20} MiB, after {relay.Resident >> 20} MiB"
        );
    }
}
