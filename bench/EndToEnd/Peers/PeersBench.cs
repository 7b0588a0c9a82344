using System.Globalization;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// One big file, then 10,000 files of 16 KiB, by FriendNet and by what else moves files, in turn.
/// </summary>
internal sealed class PeersBench : IDisposable
{
    /// <summary>
    /// transmission 3.00 asks one source for 8 MB a second at most, so it gets less to do.
    /// </summary>
    private const int SlowShare = 8;

    private static readonly string[] Packages =
    [
        "rsync",
        "python3-libtorrent",
        "syncthing",
        "aria2",
        "transmission-cli",
    ];

    private readonly List<IDisposable> _started = [];
    private readonly string _work;
    private readonly long _bytes;
    private readonly Rounds _rounds;

    private PeersBench(string work, double gibibytes, int runs)
    {
        _work = work;
        _bytes = (long)(gibibytes * (1 << 10)) << 20;
        _rounds = new(work, runs);
    }

    private string Big => Path.Combine(_rounds.Sources, "big", "big.bin");

    private string Part => Path.Combine(_rounds.Sources, "part", "part.bin");

    private string Small => Path.Combine(_rounds.Sources, "small");

    internal static void Run(string program, string work, double gibibytes, int runs)
    {
        Network.Check();
        var before = ResultsPage.Load();
        using var bench = new PeersBench(Path.GetFullPath(work), gibibytes, runs);
        var body = bench.Measure(program);
        var method = string.Create(
            CultureInfo.InvariantCulture,
            $"{runs} counted rounds; load average {before} before, {ResultsPage.Load()} after. "
                + $"transmission moves 1/{SlowShare} of the big file."
        );
        ResultsPage.Write("Peers", work, Packages, $"{method}\n\n{body}");
        Console.WriteLine(body);
    }

    public void Dispose()
    {
        _started.Reverse();
        _started.ForEach(started => started.Dispose());
    }

    private string Measure(string program)
    {
        CheckRoom();
        Rounds.MakeFile(Big, _bytes);
        Rounds.MakeFile(Part, _bytes / SlowShare);
        var smallBytes = TransferBench.MakeSmallFiles(_rounds.Sources);
        _rounds.FillPageCache();
        var peers = Peers(program);
        var big = _rounds.Compare(
            "big",
            [
                .. peers.Select(peer =>
                    peer.Name == "transmission"
                        ? new Entrant(peer, Part, _bytes / SlowShare)
                        : new Entrant(peer, Big, _bytes)
                ),
            ]
        );
        var small = _rounds.Compare("small", Small, smallBytes, peers);
        return $"""
            ### One file of {_bytes >> 20} MiB

            {big.Markdown()}
            ### 10,000 files of 16 KiB

            {small.Markdown()}
            """;
    }

    private IPeer[] Peers(string program)
    {
        string[] sources = [Big, Small];
        var tracker = Kept(new Tracker());
        var friendNet = FriendNet(program);
        return
        [
            friendNet,
            Try("rsync daemon", home => new RsyncPeer(home, _rounds.Sources, isSynced: false)),
            Try("rsync --fsync", home => new RsyncPeer(home, _rounds.Sources, isSynced: true)),
            Try("libtorrent v2 plain", home => new LibtorrentPeer(home, "plain", sources)),
            Try("libtorrent v2 rc4", home => new LibtorrentPeer(home, "rc4", sources)),
            Try("Syncthing", home => new SyncthingPeer(home, sources)),
            Try("aria2", home => new AriaPeer(home, sources, tracker)),
            Try("transmission", home => new TransmissionPeer(home, [Part, Small], tracker)),
        ];
    }

    private FriendNetPeer FriendNet(string program)
    {
        var homes = Path.Combine(_work, "homes");
        var source = Kept(new NodeProcess(program, homes, "source"));
        var sink = Kept(new NodeProcess(program, homes, "sink"));
        source.Befriend(sink);
        source.Run("share", "add", Path.GetDirectoryName(Big)!);
        source.Run("share", "add", Small);
        return new FriendNetPeer("FriendNet", sink, source);
    }

    private IPeer Try<T>(string name, Func<string, T> start)
        where T : IPeer, IDisposable
    {
        try
        {
            return Kept(start(Path.Combine(_work, "peers", name.Replace(' ', '-'))));
        }
        catch (Exception e) when (Rounds.IsOfPeer(e))
        {
            return new AbsentPeer(name, e.GetBaseException().Message);
        }
    }

    private T Kept<T>(T started)
        where T : IDisposable
    {
        _started.Add(started);
        return started;
    }

    private void CheckRoom()
    {
        Directory.CreateDirectory(_work);
        const long OfSmallFiles = 1L << 30;
        var free = new DriveInfo(_work).AvailableFreeSpace;
        if (free < 2 * _bytes + _bytes / SlowShare + OfSmallFiles)
            throw new IOException(
                $"Only {free >> 20} MiB are free at {_work}: choose less or another."
            );
    }
}
