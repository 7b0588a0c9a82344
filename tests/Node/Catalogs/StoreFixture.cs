using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Catalogs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

/// <summary>A real catalog.db in a folder of its own.</summary>
internal sealed class StoreFixture : IDisposable
{
    internal static readonly FriendId Bob = new(0xB0B);
    internal static readonly FriendId Carol = new(0xCA401);
    private CatalogStore? _store;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("catalogs").FullName;

    internal string Path => System.IO.Path.Combine(Folder, "catalog.db");

    internal List<string> Said { get; } = [];

    internal HashSet<FriendId> Strangers { get; } = [];

    /// <summary>Null: all but strangers.</summary>
    internal Func<FriendId, bool>? IsFriend { get; set; }

    internal DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddDays(20_000);

    internal CatalogStore Store =>
        _store ??= CatalogStore.Open(
            Path,
            () => Now,
            Said.Add,
            id => IsFriend?.Invoke(id) ?? !Strangers.Contains(id)
        )!;

    internal CatalogBrowse Browse => new(Store);

    internal CatalogSearch Search => new(Store);

    internal void Close()
    {
        _store?.Dispose();
        _store = null;
    }

    internal ApplyOutcome Apply(FriendId friend, byte[] delta) =>
        Store.ApplyAsync(friend, new MemoryStream(delta)).GetAwaiter().GetResult();

    internal CircleOutcome ApplyCircle(
        FriendId friend,
        SignedHead head,
        PseudonymId? have,
        Stream deltas
    )
    {
        var circles = new CircleStore(Store, () => Now);
        var pieces = circles.Apply(friend, head, have, new DeltaFeed(deltas, 1 << 20));
        return circles.RunAsync(friend, pieces).GetAwaiter().GetResult()!.Value;
    }

    /// <summary>Until what these, and nobody, are to have written now is.</summary>
    internal void AwaitTurns(params IEnumerable<FriendId> friends)
    {
        foreach (var friend in friends.Append(default))
            new CircleStore(Store, () => Now).RunAsync(friend, [true]).GetAwaiter().GetResult();
    }

    internal void ApplyFull(FriendId friend, List<CatalogEntry> entries)
    {
        var outcome = Apply(friend, Sample.Full(entries));
        Assert.True(outcome.Held == Sample.Head(entries), outcome.Why);
    }

    /// <summary>All that browsing shows of a friend.</summary>
    internal List<CatalogEntry> All(FriendId friend) =>
        [
            .. Browse
                .FilesUnder(SourceId.Of(friend), "")
                .Select(f => new CatalogEntry(Sample.Path(f.Path), f.Content, f.ModifiedSeconds)),
        ];

    internal Hash256 Root(FriendId friend) =>
        Store.Held().Where(h => h.Friend == friend).Select(h => h.Head.Root).SingleOrDefault();

    /// <summary>A row of numbers out of the file itself.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Only the tests' own questions.")]
    internal long[] Row(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    internal long Files() => Row("SELECT count(*) FROM file")[0];

    public void Dispose()
    {
        Close();
        Directory.Delete(Folder, recursive: true);
    }
}
