using System.Net;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Configuration;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;
using FriendNet.Node.Running;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// transfers.db as earlier versions left it, with real rows and a real part file: one transfer
/// done, one paused with a sentence, one that runs.
/// </summary>
public sealed class OldTransfersTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private const int Runs = 21;

    /// <summary>Runs of the part that came.</summary>
    private const int Held = 12;

    /// <summary>The first of them that the second version recorded, with its root.</summary>
    private const int Rooted = 5;

    private readonly TempHome _temp = new();
    private readonly MemoryFriend _friend = new();
    private readonly byte[] _bytes = new byte[((Runs - 1) * Mib) + 3];
    private readonly ContentId _content;
    private readonly ContentId _waiting;

    public OldTransfersTests()
    {
        new Random(1).NextBytes(_bytes);
        _content = _friend.Add(_bytes);
        _waiting = _friend.Add(_bytes[..1000]);
        Directory.CreateDirectory(Destination);
    }

    private string Destination => Path.Join(_temp.Folder, "downloads");

    private string Part => Path.Join(Destination, "a.bin.friendnet-part");

    private string DatabasePath => Path.Join(_temp.Folder, "transfers.db");

    public void Dispose()
    {
        _friend.Dispose();
        _temp.Dispose();
    }

    /// <summary>Without a reason nothing is read again: not all runs have a root.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_an_older_version_left_is_kept_and_goes_on(int version)
    {
        Write(DatabasePath, version);
        using var node = new OneNode(_temp.Folder, _friend);

        Assert.Equal(TransferState.Done, node.WaitFor(new(3)).State);
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        Assert.Equal(Runs - Held, _friend.SlicesSent);
        RequireKept(node);

        Assert.True(node.Downloader.Resume(new(2)));
        Assert.Equal(TransferState.Done, node.WaitFor(new(2)).State);
        Assert.Equal(_bytes[..1000], File.ReadAllBytes(node.PathOf("tree/deep/b")));
        Assert.Equal(4, node.Downloader.StartFile("new", _waiting, node.Destination).Value);
        RequireServed(node.Downloader, hasProofs: version >= 3);
    }

    /// <summary>
    /// The first version doubted nothing. Those after it look again at a part that changed later
    /// than they recorded it: right is what has the root that they kept.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void What_was_changed_since_an_older_version_recorded_it_is_looked_at(int version)
    {
        var recorded = Write(DatabasePath, version);
        Assert.True(SpinWait.SpinUntil(() => ChangeRun(8) > recorded, 30_000));
        using var node = new OneNode(_temp.Folder, _friend);

        Assert.Equal(TransferState.Done, node.WaitFor(new(3)).State);
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        // What had not come, what has no root, and the run that is another.
        Assert.Equal(Runs - Held + Rooted + 1, _friend.SlicesSent);
        RequireKept(node);
    }

    [Fact]
    public void What_a_newer_version_wrote_is_refused_in_one_sentence_and_left_alone()
    {
        _temp.Home.Create();
        var path = _temp.Home.TransferDatabase;
        Write(path, TransferStore.Schema.Count);
        var newer = TransferStore.Schema.Count + 1;
        using (var database = Open(path, TransferStore.Schema))
            database.Execute($"ALTER TABLE transfers ADD later TEXT; PRAGMA user_version={newer}");
        var before = File.ReadAllBytes(path);

        var refused = Assert.Throws<FailureException>(StartNode);

        Assert.Equal(
            $"{path} was written by a newer FriendNet; install that or move the file away.",
            refused.Message
        );
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    private static void RequireKept(OneNode node)
    {
        var (done, paused) = (node.Downloader.Find(new(1))!, node.Downloader.Find(new(2))!);
        Assert.Equal(
            new(
                new(1),
                "old.txt",
                node.Destination,
                "old.txt.friendnet-part",
                "old (2).txt",
                false,
                TransferState.Done,
                1_700_000_000,
                1,
                7,
                null
            ),
            done.Row
        );
        Assert.Equal((TransferState.Paused, "The disk is full."), (paused.Row.State, paused.Why));
        Assert.Equal((true, 2, 1000), (paused.Row.IsFolder, paused.Row.Files, paused.Row.Bytes));
        Assert.All(node.Downloader.List(), one => Assert.False(one.Row.IsQuiet));
        Assert.Equal(
            ["deep/b", "empty"],
            node.Downloader.FilesOf(new(2))!.Select(file => file.Path)
        );
        using var database = Open(Path.Join(node.Home, "transfers.db"), TransferStore.Schema);
        using var version = new Statement(database.Writer, "PRAGMA user_version");
        Assert.True(version.Step());
        Assert.Equal(TransferStore.Schema.Count, version.Long(0));
    }

    /// <summary>What no proof was kept of cannot be given to others, and is not.</summary>
    private void RequireServed(Downloader downloader, bool hasProofs)
    {
        var block = new byte[Mib];
        Assert.True(downloader.Holds(_content));
        Assert.Equal(hasProofs, downloader.TryRead(new(_content, 2), block) is not null);
        Assert.NotNull(downloader.TryRead(new(_content, Held), block));
        Assert.Equal(_bytes[(Held * Mib)..((Held + 1) * Mib)], block);
    }

    private static Database Open(string path, IReadOnlyList<string> schema) =>
        Database.Open(path, Durability.Full, schema).Database!;

    private void StartNode()
    {
        using var keys = IdentityFile.Create(_temp.Home, null, new SystemEntropy());
        var settings = new Settings(
            [new IPEndPoint(IPAddress.Loopback, 0)],
            [],
            Destination,
            "Alice",
            false,
            LogLevel.Warning,
            null
        );
        RunningNode.Start(
            _temp.Home,
            settings,
            keys,
            Card.Create(keys, "Alice", 1),
            NullLogger.Instance
        );
    }

    /// <returns>The time of change of the part, which is recorded from version 2 on.</returns>
    private long Write(string path, int version)
    {
        using (var part = File.Create(Part))
        {
            part.Write(_bytes.AsSpan(0, Held * Mib));
            part.SetLength(_bytes.Length);
        }

        using var database = Open(path, [.. TransferStore.Schema.Take(version)]);
        Transfer(database, "old.txt", "old (2).txt", TransferState.Done, new(default, 7));
        database.Execute("UPDATE transfers SET created=1700000000");
        Transfer(database, "tree", "", TransferState.Paused, _waiting, "deep/b");
        database.Execute(
            """
            UPDATE transfers SET folder=1, files=2, why='The disk is full.' WHERE id=2;
            INSERT INTO files VALUES(2, 1, 'empty', zeroblob(32), 0);
            """
        );
        Transfer(database, "a.bin", "", TransferState.Running, _content);
        using (var have = new Statement(database.Writer, "INSERT INTO have VALUES(3,0,?)"))
        {
            var bits = new byte[512];
            BitConverter.TryWriteBytes(bits, (1 << Held) - 1);
            have.Bind(0, bits).Run();
        }

        var recorded = ChangedNs();
        if (version >= 2)
            Record(database, recorded);
        if (version >= 3)
            RecordProofs(database);
        return recorded;
    }

    private void Transfer(
        Database database,
        string name,
        string final,
        TransferState state,
        ContentId content,
        string? path = null
    )
    {
        using var transfer = new Statement(
            database.Writer,
            """
            INSERT INTO transfers(
                name, destination, part, final, folder, state, created, files, bytes, why
            ) VALUES(?1, ?2, ?1 || '.friendnet-part', ?3, 0, ?4, 5, 1, ?5, '')
            """
        );
        transfer.Bind(0, name).Bind(1, Destination).Bind(2, final);
        transfer.Bind(3, (long)state).Bind(4, content.Length).Run();
        using var file = new Statement(
            database.Writer,
            "INSERT INTO files VALUES((SELECT max(id) FROM transfers), 0, ?, ?, ?)"
        );
        file.Bind(0, path ?? name).Bind(1, content.Root).Bind(2, content.Length).Run();
    }

    private void Record(Database database, long recorded)
    {
        database.Execute($"UPDATE transfers SET recorded={recorded}");
        var layer = MemoryFriend.LayerOf(_bytes);
        using var root = new Statement(database.Writer, "INSERT INTO roots VALUES(3,?,?)");
        for (var run = Rooted; run < Held; run++)
            root.Bind(0, run).Bind(1, layer[run]).Run();
    }

    private void RecordProofs(Database database)
    {
        var whole = new RunTree(MemoryFriend.LayerOf(_bytes));
        var tree = new ProofTree(_bytes.Length);
        var proof = new Hash256[whole.ProofCount];
        for (var run = 0; run < Held; run++)
        {
            whole.Prove(run, proof);
            tree.Add(run, proof);
        }

        using var row = new Statement(database.Writer, "INSERT INTO proofs VALUES(3,0,?,?)");
        foreach (var chunk in tree.TakeChanged())
            row.Bind(0, chunk).Bind(1, tree.Chunk(chunk)).Run();
    }

    private long ChangeRun(int run)
    {
        using (var part = File.OpenWrite(Part))
        {
            part.Position = run * Mib;
            part.WriteByte((byte)(_bytes[run * Mib] ^ 1));
        }

        return ChangedNs();
    }

    private long ChangedNs()
    {
        Assert.Equal(0, FileStat.Read(Part, follow: false, out var stat));
        return stat.ChangedNs;
    }
}
