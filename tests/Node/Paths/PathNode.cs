using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Node.Blocks;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Node.Serving;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Downloads;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Shares;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

/// <summary>Somebody that content can be had from without a friendship.</summary>
internal sealed class Publisher
{
    internal static readonly byte[] Seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    internal Key Key { get; } = Key.Import(KeyAgreementAlgorithm.X25519, Seed);

    internal PseudonymId Id { get; } = new(new Hash256(Enumerable.Repeat((byte)7, 32).ToArray()));

    internal Hash256 PathKey => new(Key.PublicKey.Bytes);

    internal Key CopyOfKey() => Key.Import(KeyAgreementAlgorithm.X25519, Seed);
}

/// <summary>
/// A whole node but for its catalogs: the test says which friends tell the pseudonym, and over
/// how many hops.
/// </summary>
internal sealed class PathNode : IDisposable
{
    private readonly Dictionary<FriendId, int> _tellers = [];
    private readonly NodeEngine _engine;
    private readonly Thread _thread;
    private readonly string _name;
    private readonly string _folder = Directory.CreateTempSubdirectory("friendnet-path-").FullName;
    private volatile bool _isOver;

    internal PathNode(string name, Publisher publisher, bool isOwner = false, RelayTap? tap = null)
    {
        _name = name;
        Side = new Side(name);
        Home = new IndexedHome();
        var ways = new PathWays(
            _ => Routes(),
            (_, _) => Routes(),
            _ => publisher.PathKey,
            _ => isOwner
        );
        var possession = new Possession((_, _) => default, (_, _, _) => false);
        var settings = new EngineSettings { Ways = ways, Possession = possession };
        _engine = new NodeEngine(Side.Id, Entropy.Instance, settings);
        Ledger = OpenLedger(Path.Combine(_folder, "ledger.db"));
        Table = new PathTable(Side.Our, _ => isOwner ? publisher.CopyOfKey() : null, Ledger, tap);
        Server = new Server(
            (link, stream) => Side.Our.Links.Find(link)?.BeginAnswer(stream),
            (friend, id) => IsServed(friend) ? Home.Find(id.Root, id.Length) : null,
            _ => { },
            Side.Warnings.Enqueue,
            parts: null,
            Blocks
        );
        Downloads = new Downloader(
            OneNode.Store(_folder),
            Open,
            Side.Our.Post,
            Side.Warnings.Enqueue
        );
        _thread = new Thread(Run) { Name = name };
        _thread.Start();
    }

    internal Side Side { get; }

    internal IndexedHome Home { get; }

    internal PathTable Table { get; }

    internal Ledger Ledger { get; }

    internal Server Server { get; }

    internal Downloader Downloads { get; }

    /// <summary>What it serves from.</summary>
    internal BlockQuota Blocks { get; } = new();

    /// <summary>Who offers whatever is wanted.</summary>
    internal IReadOnlyList<SourceId> Sources { get; set; } = [];

    /// <summary>Whom content is served to; null is somebody over a path.</summary>
    internal Func<FriendId?, bool> IsServed { get; set; } = _ => true;

    internal IReadOnlyList<Link> Links => Side.Our.Links.All;

    /// <summary>Friends from now on; waits until they are linked.</summary>
    internal void Meet(PathNode other)
    {
        Side.Befriend(other.Side);
        other.Side.Our.Post(new Input.FriendKnown(Side.Id, []));
        Side.Our.Post(new Input.FriendKnown(other.Side.Id, [other.Side.Address]));
        Wait.Until(() =>
            Side.Our.Links.Find(other.Side.Id) is not null
            && other.Side.Our.Links.Find(Side.Id) is not null
        );
    }

    /// <summary>That friend told the pseudonym, which is so many links away.</summary>
    internal void Hears(PathNode teller, int hops)
    {
        lock (_tellers)
        {
            _tellers[teller.Side.Id] = hops;
        }
    }

    internal static Ledger OpenLedger(string path) =>
        new(Database.Open(path, Durability.Normal, Ledger.Schema).Database!, _ => { });

    internal (ContentId Id, byte[] Bytes) Share(string name, int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes + _name.Length).NextBytes(content);
        Home.Write(name, content);
        Home.Open();
        var row = Home.Row(name);
        return (new ContentId(row.Root, bytes), content);
    }

    /// <summary>Fetches and waits.</summary>
    internal byte[] Get(ContentId id, string name)
    {
        var transfer = Start(id, name);
        var end = Downloads.WhenEnded(transfer)!;
        Assert.True(end.Wait(Side.Patience * 2), $"{Downloads.Find(transfer)}");
        Assert.Equal(TransferState.Done, end.Result.State);
        return File.ReadAllBytes(Home.At(name));
    }

    internal TransferId Start(ContentId id, string name) =>
        Downloads.StartFile(name, id, Home.At(""));

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        Side.Dispose();
        Downloads.Dispose();
        Server.Dispose();
        Ledger.Dispose();
        Home.Close();
        Home.Dispose();
    }

    private IReadOnlyList<Route> Routes()
    {
        lock (_tellers)
        {
            return
            [
                .. _tellers
                    .Select(teller => (Side.Our.Links.Find(teller.Key)?.Id, teller.Value))
                    .Where(way => way.Id is not null)
                    .Select(way => new Route(way.Id!.Value, way.Value))
                    .OrderBy(way => way.Hops),
            ];
        }
    }

    private Action? Open(LinkId id, Request request, int credit, IStreamSink sink)
    {
        var link = Side.Our.Links.Find(id);
        var stream = link?.Open(request, credit, sink) ?? default;
        return stream == default ? null : () => link!.Cancel(stream);
    }

    private void Run()
    {
        while (!_isOver)
        {
            var left = _engine.Deadline - Side.Now() ?? TimeSpan.FromMilliseconds(50);
            var wait = TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 0, 50));
            var input = Side.TryNext(wait);
            if (input is Input.LinkClosed closed)
            {
                Server.LinkClosed(closed.Link);
            }

            _engine.Handle(input ?? new Input.Tick(), Side.Now());
            while (_engine.TryPoll(out var effect))
            {
                CarryOut(effect!);
            }

            Wait.Pulse();
        }
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.Dial dial:
                Side.Dialer.Dial(dial.Friend, dial.Addresses);
                break;
            case Effect.CloseLink close:
                Side.Our.Links.Find(close.Link)?.Close(close.Code);
                break;
            case Effect.Send send:
                Side.Our.Links.Find(send.Link)?.Send(send.Message);
                break;
            case Effect.Refuse refuse:
                Side.Our.Links.Find(refuse.Link)?.Refuse(refuse.Stream, refuse.Code);
                break;
            case Effect.FindSources find:
                Side.Our.Post(new Input.SourcesFound(find.Transfer, find.File, Sources));
                break;
            default:
                if (!Table.Handle(effect))
                {
                    Server.Handle(effect);
                    Downloads.Handle(effect);
                }

                break;
        }
    }
}

/// <summary>Waits for what any node's engine brought about.</summary>
internal static class Wait
{
    private static readonly object Gate = new();

    internal static void Pulse()
    {
        lock (Gate)
        {
            Monitor.PulseAll(Gate);
        }
    }

    internal static void Until(Func<bool> condition)
    {
        var end = Environment.TickCount64 + (long)Side.Patience.TotalMilliseconds;
        lock (Gate)
        {
            while (!condition())
            {
                Assert.True(Environment.TickCount64 < end, "It did not come about in time.");
                Monitor.Wait(Gate, 100);
            }
        }
    }
}
