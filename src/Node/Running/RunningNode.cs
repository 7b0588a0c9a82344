using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Ipsec;
using FriendNet.Node.Blocks;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Circles;
using FriendNet.Node.Configuration;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Node.Serving;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Running;

/// <summary>
/// A node that runs: its stores, its engine, its gate, put together. What the local API shows and
/// does it finds here. Dispose says goodbye to friends and closes everything.
/// </summary>
public sealed partial class RunningNode : IDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);
    private readonly Stores _stores;
    private readonly EngineThread _engine;
    private readonly Server _server;
    private readonly OurSide _our;
    private readonly RelayTap? _tap;
    private readonly CircleKeeper _circles;
    private readonly Action<string> _warn;
    private readonly NodeLog _log;
    private PlaceKeeper _places = null!;
    private ITimer _expiry = null!;

    /// <summary>Memory of all that is served.</summary>
    private readonly BlockQuota _served = new();

    private RunningNode(Home home, Settings settings, IdentityKeys keys, Card card, ILogger log)
    {
        void Warn(string sentence) => log.LogWarning("{Sentence}", sentence);
        (Home, Card, _warn) = (home, card, Warn);
        var self = FriendId.Of(card.SigningKey.Bytes);
        var entropy = new SystemEntropy();
        _stores = Stores.Open(home, keys, self, Clock.Now(), Warn);
        var told = new EngineSettings
        {
            Possession = OwnProofs.By(keys.Agreement, self, Friends),
            ShareParts = settings.ShareParts,
            Horizon = settings.Horizon,
        };
        _engine = new EngineThread(new NodeEngine(self, entropy, told), Clock);
        _log = new NodeLog(log, Friends, Clock.Now);
        Index = Stores.OpenIndex(home, _stores.Friends.Shares, Warn, _log.Scanned);
        Views = OpenViews();
        Audiences = new Audiences(_stores.Friends, Index, Views);
        _our = new OurSide(
            keys,
            card,
            _stores.Friends,
            Links,
            entropy,
            Clock.Now,
            Post,
            Warn,
            settings.Padding,
            Libipsec.IsReady
        );
        Limits = new LimitKeeper(settings, home.LimitsFile, TimeProvider.System, Limit);
        Dialer = new Dialer(_our);
        Paths = new PathTable(
            _our,
            Friends.Pseudonyms.Find,
            Ledger,
            settings.RelayCapture is { } file ? _tap = new RelayTap(file, Warn) : null
        );
        Downloads = OpenDownloads();
        _circles = OpenCircles();
        _server = new Server(
            (link, stream) => Links.Find(link)?.BeginAnswer(stream),
            Find,
            changed => Index.Doubt(changed),
            Warn,
            settings.ShareParts ? new FetchedParts(Downloads, Index).Reader : null,
            _served
        );
    }

    public Home Home { get; }

    public Card Card { get; }

    public SystemClock Clock { get; } = new();

    public LinkTable Links { get; } = new();

    public LimitKeeper Limits { get; }

    public Dialer Dialer { get; }

    public PathTable Paths { get; }

    public Gate Gate { get; private set; } = null!;

    /// <summary>"host:port" as friends are told, best first.</summary>
    public IReadOnlyList<string> Places => _places.Now;

    public FriendStore Friends => _stores.Friends;

    public Ledger Ledger => _stores.Ledger;

    public Audiences Audiences { get; }

    public ShareIndex Index { get; }

    public Views Views { get; }

    public CatalogStore Catalogs => _stores.Catalogs;

    public Downloader Downloads { get; }

    /// <param name="keys">Remain the caller's.</param>
    /// <exception cref="FailureException">What keeps it from running, and what to do.</exception>
    public static RunningNode Start(
        Home home,
        Settings settings,
        IdentityKeys keys,
        Card card,
        ILogger log
    )
    {
        var node = new RunningNode(home, settings, keys, card, log);
        node.Begin(settings);
        return node;
    }

    /// <summary>
    /// Ends a friendship: from now on the other is a stranger, whatever it holds.
    /// </summary>
    public bool Remove(FriendId friend)
    {
        try
        {
            return Friends.Remove(friend);
        }
        finally
        {
            // Whatever the disk says: the link ends, and nothing more is shown.
            Post(new Input.FriendRemoved(friend));
            Guarded(() => Audiences.Left(friend));
            Guarded(() => Catalogs.Remove(friend));
            Guarded(() => Ledger.Forget(friend));
            _circles.Forget(friend);
            Limits.Forget(friend);
        }
    }

    public void Dispose()
    {
        Gate.Dispose();
        _places.Dispose();
        Limits.Dispose();
        _expiry.DisposeAsync().AsTask().Wait(Goodbye);
        // Nobody decides any more: what ends below is not to be begun anew.
        _engine.Dispose();
        Dialer.Dispose();
        // Bounded by its own timeout; whoever has not heard it by then finds out by itself.
        Links.CloseAllAsync(CloseCode.Bye, Goodbye).Wait();
        _our.Uploads.Dispose();
        _server.Dispose();
        Downloads.Dispose();
        _tap?.Dispose();
        _circles.Dispose();
        Views.Dispose();
        Index.Dispose();
        _log.Dispose();
        _stores.Dispose();
    }

    /// <summary>
    /// Everything for the engine goes through here; the rest of the node overhears.
    /// </summary>
    private void Post(Input input)
    {
        _log.Hear(input);
        switch (input)
        {
            case Input.Download download when Downloads.Find(download.Transfer) is { } transfer:
                _log.Fetching(transfer.Row);
                break;
            case Input.FriendKnown known:
                // Not on the gate's thread, which others wait for.
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ => Guarded(() => Audiences.Show(known.Friend)),
                    null
                );
                break;
            case Input.LinkOpened opened:
                Seen(opened.Friend);
                break;
            case Input.LinkClosed closed:
                _server.LinkClosed(closed.Link);
                if (closed.Friend is { } left)
                    Seen(left);
                break;
        }

        _engine.Post(input);
    }

    private void Limit(IReadOnlyList<LimitInForce> limits)
    {
        _our.Uploads.Set(LimitRules.Rates(limits, LimitKind.Up));
        Post(LimitRules.Told(limits));
    }

    private void Shown(FriendId friend, CatalogHead head) =>
        Post(
            friend == Views.Circle
                ? new Input.CircleChanged(head)
                : new Input.ViewChanged(friend, head)
        );

    private void Seen(FriendId friend) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
                Guarded(() =>
                {
                    // Of whom was removed nothing is kept.
                    if (Friends.Find(friend) is not null)
                        Catalogs.Seen(friend);
                }),
            null
        );

    // What a friend sees, or when it was seen, is not worth the daemon's life: a view that could
    // not be shown stays as it was, which is never more than was meant.
    private void Guarded(Action store)
    {
        try
        {
            store();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            _warn($"A database failed: {e.Message} If that goes on, check the disk.");
        }
    }

    private FileLocation? Find(FriendId? friend, ContentId id)
    {
        Index.TryFind(id.Root, id.Length, Audiences.VisibleTo(friend), out var location);
        return location;
    }
}
