using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

public sealed class PseudonymsTests : IDisposable
{
    private static readonly Instant Now = SomeNode.Now();
    private static readonly CatalogHead Some = new(
        new Hash256(
            new byte[31]
                .Append((byte)7)
                .ToArray()
        ),
        3,
        9
    );
    private readonly SomeNode _node = new("Alice");

    private static long Seconds => Now.Microseconds / 1_000_000;

    public void Dispose() => _node.Dispose();

    [Fact]
    public void AHeadIsStoredBeforeItIsTold()
    {
        SignedHead first;
        using (var store = _node.Open())
        {
            first = store.Pseudonyms.Sign(null, Seconds, Some, 2, Now)!;
            Assert.Equal(SignedHead.TryRead(first.Encoded), first);
            Assert.Equal((Seconds, Some), (first.Head.Version, first.Head.Content));
            // As a crash leaves it: nothing is closed before it is read.
            Assert.Equal([1L, 1L], Row(_node.Path, "count(*), count(seed)"));
        }

        using var again = _node.Open();
        Assert.Equal([first], again.Pseudonyms.Heads(Now));
        Assert.Equal(Now, again.Pseudonyms.Since);
        using var path = again.Pseudonyms.Find(first.Head.Pseudonym);
        Assert.Equal(first.Head.PathKey, new Hash256(path!.PublicKey.Bytes));
        // A clock that fell back: versions rise all the same.
        var next = again.Pseudonyms.Sign(first.Head.Pseudonym, 5, Some, 2, Now)!;
        Assert.Equal(first.Head.Version + 1, next.Head.Version);
        Assert.True(next.Beats(first));
    }

    [Fact]
    public void ThatAFriendWasRemovedIsKeptUntilThereIsAnother()
    {
        using (var store = _node.Open())
        {
            using var other = new SomeNode("Bob");
            using var secret = SomeNode.SomeSecret();
            store.Add(other.Card, secret, [], Now);
            store.Pseudonyms.Sign(null, Seconds, Some, 2, Now);
            Assert.False(store.Pseudonyms.IsExposed);
            Assert.True(store.Remove(other.Id));
            Assert.True(store.Pseudonyms.IsExposed);
        }

        using var again = _node.Open();
        Assert.True(again.Pseudonyms.IsExposed);
        again.Pseudonyms.Sign(null, Seconds, Some, 2, Now);
        Assert.False(again.Pseudonyms.IsExposed);
    }

    [Fact]
    public void TheSecondCopyHasItToo()
    {
        SignedHead head;
        using (var store = _node.Open())
            head = store.Pseudonyms.Sign(null, Seconds, Some, 2, Now)!;
        File.WriteAllBytes(_node.Path, new byte[100]);
        using var again = _node.Open(out var sentence);
        Assert.NotNull(sentence);
        Assert.Equal([head], again.Pseudonyms.Heads(Now));
        Assert.NotNull(again.Pseudonyms.Sign(head.Head.Pseudonym, Seconds, Some, 2, Now));
    }

    [Fact]
    public void SealedAndErased()
    {
        SignedHead old;
        SignedHead withdrawn;
        using (var store = _node.Open())
        {
            old = store.Pseudonyms.Sign(null, Seconds, Some, 2, Now)!;
            var stored = Read("seed");
            for (var at = 0; at <= stored.Length - PseudonymKeys.SeedBytes; at++)
                Assert.False(IsSeedOf(stored[at..(at + PseudonymKeys.SeedBytes)], old));
            withdrawn = store.Pseudonyms.Sign(old.Head.Pseudonym, Seconds, default, 2, Now)!;
            store.Pseudonyms.EraseDue(Now + TimeSpan.FromHours(47.9));
            using (var key = store.Pseudonyms.Find(old.Head.Pseudonym))
                Assert.NotNull(key);
            var box = Read("seed");
            store.Pseudonyms.EraseDue(Now + TimeSpan.FromHours(48));
            Assert.Null(store.Pseudonyms.Find(old.Head.Pseudonym));
            Assert.Null(store.Pseudonyms.Sign(old.Head.Pseudonym, Seconds, Some, 2, Now));
            foreach (var file in Directory.GetFiles(_node.Folder))
                Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(box));
        }

        using var again = _node.Open();
        Assert.True(again.Pseudonyms.IsOwn(old.Head.Pseudonym));
        Assert.Equal([withdrawn], again.Pseudonyms.Heads(Now));
        again.Pseudonyms.EraseDue(Now + TimeSpan.FromDays(31));
        Assert.Empty(again.Pseudonyms.Heads(Now));
    }

    [Fact]
    public void ASeedOpensInItsOwnRowOnly()
    {
        SignedHead head;
        using (var store = _node.Open())
        {
            head = store.Pseudonyms.Sign(null, Seconds, Some, 2, Now)!;
            store.Pseudonyms.Sign(null, Seconds, Some, 2, Now);
        }

        using (var connection = new SqliteConnection($"Data Source={_node.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                "UPDATE pseudonyms SET seed=(SELECT seed FROM pseudonyms WHERE id=2) WHERE id=1";
            command.ExecuteNonQuery();
        }

        using var again = _node.Open(out var sentence);
        Assert.Null(sentence);
        Assert.Null(again.Pseudonyms.Find(head.Head.Pseudonym));
        Assert.Single(again.Pseudonyms.Heads(Now));
    }

    private static bool IsSeedOf(byte[] seed, SignedHead head)
    {
        using var keys = PseudonymKeys.Import(seed);
        return head.Head.PathKey == new Hash256(keys.Path.PublicKey.Bytes);
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only the tests' own questions.")]
    private static long[] Row(string path, string columns)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {columns} FROM pseudonyms";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only the tests' own questions.")]
    private byte[] Read(string column)
    {
        using var connection = new SqliteConnection($"Data Source={_node.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {column} FROM pseudonyms ORDER BY id LIMIT 1";
        return (byte[])command.ExecuteScalar()!;
    }
}
