using System.Text.Json.Nodes;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// An owner and somebody who fetches its one big file, no friends, with mutual friends between.
/// </summary>
internal sealed class RelayLine : IDisposable
{
    private const string Name = "wanderer.mkv";
    private readonly Scratch _scratch = new();
    private readonly long _bytes;

    /// <param name="relayRate">What each relay passes a second, as its config says it.</param>
    internal RelayLine(long bytes, string relayRate, params string[] relays)
    {
        _bytes = bytes;
        KillTests.Fill(Path.Combine(_scratch.Folder("films"), Name), bytes);
        Owner = Node("owner");
        Far = Node("far");
        Relays = [.. relays.Select(name => Node(name, relayRate))];
        foreach (var relay in Relays)
        {
            LiveNode.Befriend(Owner, relay);
            LiveNode.Befriend(relay, Far);
        }

        Owner.Ok("share", "add", Path.Combine(_scratch, "films"), "--audience", "circle");
    }

    internal string Film => Path.Combine(_scratch, "films", Name);

    internal LiveNode Owner { get; }

    internal LiveNode Far { get; }

    internal IReadOnlyList<LiveNode> Relays { get; }

    /// <summary>One more daemon, running.</summary>
    internal LiveNode Node(string name, string relayRate = "max")
    {
        var node = new LiveNode(_scratch, name);
        var path = Path.Combine(node.Home, "config.json");
        var config = System.IO.File.Exists(path)
            ? JsonNode.Parse(System.IO.File.ReadAllText(path))!
            : new JsonObject();
        config["relayRate"] = relayRate;
        System.IO.File.WriteAllText(path, config.ToJsonString());
        node.Start();
        return node;
    }

    internal string File(string name, long bytes, int seed) => _scratch.File(name, bytes, seed);

    internal string Folder(string name) => _scratch.Folder(name);

    /// <summary>Begins the fetch once every relay has told of the file.</summary>
    internal async Task Get()
    {
        var ways = Relays.Count;
        var hits = await Far.Search(Name, hits => hits.Any(hit => hit.Ways == ways));
        Far.Ok("get", hits[0].Id, "-o", _scratch.Folder("got"), "--no-wait");
    }

    /// <summary>Until so much is there; the owner stands still then.</summary>
    internal async Task Reach(double share)
    {
        Owner.Signal("STOP");
        var now = await Until(now =>
        {
            var isReached = now.Done >= now.Total * share || now.State == "done";
            if (!isReached)
            {
                Owner.Signal("CONT");
                Owner.Signal("STOP");
            }

            return isReached;
        });
        Assert.NotEqual("done", now.State);
    }

    /// <summary>A relay that brought some of it.</summary>
    internal async Task<LiveNode> BusyRelay()
    {
        foreach (var relay in Relays)
        {
            var peers = await relay.Ask("/peers", ContractJson.Default.IReadOnlyListPeer);
            if (peers.Single(peer => peer.Name == "owner").BytesIn > _bytes / 20)
            {
                return relay;
            }
        }

        throw new InvalidOperationException("No relay carried any of it.");
    }

    /// <summary>Once it says that it waits for those who have it.</summary>
    internal Task<Transfer> Waiting() => Until(now => now.State == "waiting");

    /// <summary>Complete, and the same.</summary>
    internal async Task Done()
    {
        var done = await Until(now => now.State == "done");
        Assert.Equal(done.Total, done.Done);
        MainJobTests.Same(Film, Path.Combine(_scratch, "got", Name));
    }

    internal Task<Transfer> Until(Func<Transfer, bool> wanted) =>
        Far.Until("/transfers/1", ContractJson.Default.Transfer, wanted);

    public void Dispose()
    {
        foreach (var node in (LiveNode[])[Owner, Far, .. Relays])
        {
            node.Dispose();
        }

        _scratch.Dispose();
    }
}
