using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

/// <summary>What is too much for a friend's node costs the shares that do not fit, no others.
/// </summary>
public sealed class FittingTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly ViewsFixture _fixture = new();

    public FittingTests()
    {
        for (var i = 0; i < 40; i++)
            _fixture.Write($"Music/song {i}.txt", $"la {i}");
        _fixture.Write("Books/secret plan.txt", "psst");
        _fixture.Write("Books/empty.txt", "");
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task AShareThatDoesNotFitIsLeftOutWholeUntilItDoes()
    {
        Start(CatalogSize.Most with { Entries = 41 });
        _fixture.Views.Show(Carol, [ViewsFixture.Books]);
        await _fixture.Told(Carol, h => h.Entries == 2);
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 40);
        _fixture.Sync(Bob);
        Assert.Equal(_fixture.Paths(Bob), ListOf(Bob));
        Assert.All(_fixture.Paths(Bob), path => Assert.StartsWith("Music/", path));
        Assert.Equal([Bob], _fixture.Views.LeftOut(ViewsFixture.Books));
        Assert.Empty(_fixture.Views.LeftOut(ViewsFixture.Music));

        _fixture.Delete("Books/empty.txt");
        var head = await _fixture.Told(Bob, h => h.Entries == 41);
        var come = Assert.Single(_fixture.Sync(Bob).Steps);
        Assert.Equal("Books/secret plan.txt", come.Path.ToString());
        Assert.Equal(head, Sample.Head(_fixture.Friend.All(Bob)));
        Assert.Empty(_fixture.Views.LeftOut(ViewsFixture.Books));

        _fixture.Write("Books/another.txt", "x");
        await _fixture.Told(Bob, h => h.Entries == 40);
        var gone = Assert.Single(_fixture.Sync(Bob).Steps);
        Assert.Equal(DeltaStep.RemoveTree(Sample.Path("Books")), gone);
        // Once each time that it comes to be so.
        Assert.All(_fixture.Said, said => Assert.StartsWith("\"Books\" is too much", said));
        Assert.InRange(_fixture.Said.Count, 1, 2);
    }

    [Fact]
    public async Task OneThatIsTooLargeAloneHidesNoOther()
    {
        Start(CatalogSize.Most with { Entries = 40 });
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 40);
        _fixture.Sync(Bob);
        _fixture.Write("Music/one more.txt", "x");
        await _fixture.Told(Bob, h => h.Entries == 2);
        _fixture.Sync(Bob);
        Assert.Equal(["Books/empty.txt", "Books/secret plan.txt"], _fixture.Paths(Bob));
        Assert.Equal(_fixture.Paths(Bob), ListOf(Bob));
        Assert.Equal([Bob], _fixture.Views.LeftOut(ViewsFixture.Music));
    }

    [Fact]
    public async Task FoldersAndBytesCountToo()
    {
        _fixture.Write("Books/a/b.txt", "b");
        _fixture.Write("Books/a/c.txt", "c");
        // Music, Books, and one of two within.
        Start(CatalogSize.Most with { Folders = 3 });
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 44);
        _fixture.Write("Books/d/e.txt", "e");
        await _fixture.Told(Bob, h => h.Entries == 40);

        _fixture.Stop();
        _fixture.Forget();
        // Some 60 bytes an entry.
        Start(CatalogSize.Most with { Encoded = 41 * 50 });
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 5);
    }

    // What is fitting may change as a program is replaced: also by one of an older schema.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootsOfWhatFittedAreKnownAfterARestart(bool isOlder)
    {
        Start(isOlder ? CatalogSize.Most : CatalogSize.Most with { Entries = 41 });
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == (isOlder ? 42 : 40));
        _fixture.Sync(Bob);
        _fixture.Stop();
        _fixture.Forget();
        if (isOlder)
            MakeOlder();
        _fixture.Write("Music/while away.txt", "x");
        Start(CatalogSize.Most with { Entries = 42 });
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 41);
        var steps = _fixture.Sync(Bob).Steps.Select(step => step.Path.ToString());
        Assert.Equal(isOlder ? ["Books", "Music/while away.txt"] : ["Music/while away.txt"], steps);
    }

    private List<string> ListOf(FriendId friend) =>
        [.. _fixture.Views.List(friend).Select(entry => entry.Path.ToString())];

    private void Start(CatalogSize most)
    {
        _fixture.Most = most;
        _fixture.Start();
    }

    private void MakeOlder()
    {
        using var database = new SqliteConnection($"Data Source={_fixture.Database};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "ALTER TABLE told DROP COLUMN fitting; PRAGMA user_version=1";
        command.ExecuteNonQuery();
    }
}
