using FriendNet.Crypto.Identity;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Configuration;
using FriendNet.Node.Downloads;
using FriendNet.Node.Running;
using FriendNet.Node.Torrents;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Api;

/// <summary>All calls to a running node, and its figures.</summary>
public static class NodeEndpoints
{
    private static readonly string Version =
        typeof(NodeEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <param name="keys">Remain the caller's.</param>
    public static IReadOnlyList<IEndpoints> Of(
        RunningNode node,
        Settings settings,
        IdentityKeys keys
    )
    {
        var started = node.Clock.Now();
        var browse = new CatalogBrowse(node.Catalogs);
        var search = new SearchEndpoints(
            node.Friends,
            new CatalogSearch(node.Catalogs),
            node.Catalogs,
            node.Links
        );
        var chosen = new Chosen(browse, search);
        var transfers = Transfers(node, browse, chosen, settings);
        var self = FriendId.Of(node.Card.SigningKey.Bytes);
        return
        [
            new HealthEndpoints(() => null, () => Metrics(node)),
            new StatusEndpoints(() => Status(node, started)),
            Friends(node),
            new InviteEndpoints(
                keys,
                node.Friends,
                new SystemEntropy(),
                node.Clock.Now,
                () => node.Places
            ),
            Peers(node),
            new PathEndpoints(node.Friends, node.Paths, node.Catalogs.Circles, browse),
            new ShareEndpoints(
                node.Home,
                node.Friends,
                node.Index,
                new ViewAs(node.Views, self, node.Card.Name),
                node.Audiences,
                new LeftOut(node.Views, node.Friends)
            ),
            new GroupEndpoints(node.Friends, node.Audiences),
            new LimitEndpoints(node.Friends, node.Limits),
            new BrowseEndpoints(node.Friends, browse, node.Catalogs.Circles),
            new ReachEndpoints(node.Friends, node.Catalogs, node.Links),
            search,
            transfers,
            new FileEndpoints(node.Downloads),
            new LinkEndpoints(chosen, node.Index, node.Friends.Shares),
            Torrents(node, self, chosen, transfers),
        ];
    }

    private static TransferEndpoints Transfers(
        RunningNode node,
        CatalogBrowse browse,
        Chosen chosen,
        Settings settings
    )
    {
        var names = new FriendNames(node.Friends);
        var sources = new TransferSources(node.Links, node.Paths, node.Catalogs.Circles, names);
        return new(node.Downloads, browse, chosen, names, sources, settings.Downloads);
    }

    private static TorrentEndpoints Torrents(
        RunningNode node,
        FriendId self,
        Chosen chosen,
        TransferEndpoints transfers
    ) =>
        new(
            new SharedPlaces(node.Index, node.Friends.Shares, self),
            new TorrentExport(node.Index),
            chosen,
            node.Downloads,
            transfers
        );

    private static PeerEndpoints Peers(RunningNode node) =>
        new(node.Friends, node.Links, node.Dialer, node.Catalogs, node.Views, node.Ledger);

    private static FriendEndpoints Friends(RunningNode node) =>
        new(node.Card, node.Friends, node.Catalogs, node.Links, node.Dialer, node.Remove);

    private static Status Status(RunningNode node, Instant started)
    {
        var shares = node.Index.Shares;
        var friends = node.Friends.Friends;
        return new Status(
            node.Card.Name,
            FriendId.Of(node.Card.SigningKey.Bytes).ToString(),
            node.Gate.Listening[0].ToString(),
            node.Places,
            friends.Count,
            friends.Count(friend => node.Links.Find(friend.Id) is not null),
            shares.Count,
            shares.Sum(share => share.Files),
            shares.Sum(share => share.Bytes),
            node.Index.Indexing,
            node.Downloads.List().Count(transfer => transfer.Row.State != TransferState.Done),
            Version,
            node.Home.Folder,
            Environment.ProcessId,
            (node.Clock.Now() - started).TotalSeconds
        );
    }

    private static IEnumerable<Metric> Metrics(RunningNode node)
    {
        var gate = node.Gate.Status;
        yield return Count("strangers_accepted_total", "Connections that came in.", gate.Accepted);
        yield return Count("strangers_junk_total", "Handshakes that failed.", gate.Junk);
        yield return Count("strangers_admitted_total", "Of friends.", gate.Admitted);
        var links = node.Links.All;
        yield return Gauge("links", "Friends linked.", links.Count);
        yield return Gauge("received_bytes", "On links now.", links.Sum(l => l.Status.BytesIn));
        yield return Gauge("sent_bytes", "On links now.", links.Sum(l => l.Status.BytesOut));
        var shares = node.Index.Shares;
        yield return Gauge("shared_files", "Files shared.", shares.Sum(share => share.Files));
        yield return Gauge("shared_bytes", "Bytes shared.", shares.Sum(share => share.Bytes));
        // The runtime's own name for it (OpenTelemetry's dotnet.gc.heap.total_allocated).
        yield return new(
            "dotnet_gc_heap_total_allocated_bytes_total",
            "counter",
            "Bytes that the heap gave out since the start.",
            GC.GetTotalAllocatedBytes()
        );
    }

    private static Metric Count(string name, string meaning, double value) =>
        new($"friendnet_{name}", "counter", meaning, value);

    private static Metric Gauge(string name, string meaning, double value) =>
        new($"friendnet_{name}", "gauge", meaning, value);
}
