using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Catalogs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

/// <summary>A delta removes what was there at its root, and names nothing else that is gone.
/// </summary>
public sealed class BriefFilesTests : IDisposable
{
    private const string Letter = "Music/letter.txt";
    private static readonly FriendId Bob = StoreFixture.Bob;
    private readonly ViewsFixture _fixture = new();

    public BriefFilesTests()
    {
        _fixture.Write("Music/song.txt", "la");
        _fixture.Start();
        _fixture.Views.Show(Bob, [ViewsFixture.Music]);
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task WhatCameAndWentIsNeverNamed()
    {
        await Told(1);
        _fixture.Sync(Bob);
        // First, so that its root is not one of later, too.
        await Write("Music/new.txt", 2);
        await ComeAndGo(3);
        await ComeAndGo(3);
        Assert.Equal("Music/new.txt", Assert.Single(_fixture.Sync(Bob).Steps).Path.ToString());
    }

    [Fact]
    public async Task WhatWasThereGoesHoweverOftenItCameBack()
    {
        await Write(Letter, 2);
        _fixture.Sync(Bob);
        await Write("Music/new.txt", 3);
        await Delete(Letter, 2);
        await ComeAndGo(3);
        await ComeAndGo(3);
        Assert.Contains(DeltaStep.Remove(Sample.Path(Letter)), _fixture.Sync(Bob).Steps);
    }

    [Fact]
    public async Task BetweenTwoLivesItWasNotThere()
    {
        await Told(1);
        await ComeAndGo(2);
        _fixture.Sync(Bob);
        await Write("Music/new.txt", 2);
        await ComeAndGo(3);
        await ComeAndGo(3);
        Assert.Equal("Music/new.txt", Assert.Single(_fixture.Sync(Bob).Steps).Path.ToString());
    }

    [Fact]
    public async Task AChangedFileIsStillTheOneThatWasThere()
    {
        await Write(Letter, 2);
        var head = await Told(2);
        _fixture.Sync(Bob);
        _fixture.Write(Letter, "longer than before");
        await _fixture.Told(Bob, h => h.Entries == 2 && h.Root != head.Root);
        await Delete(Letter, 1);
        Assert.Equal(
            DeltaStep.Remove(Sample.Path(Letter)),
            Assert.Single(_fixture.Sync(Bob).Steps)
        );
    }

    [Fact]
    public async Task OfAnOlderIndexEveryEndIsTold()
    {
        await Write(Letter, 2);
        _fixture.Sync(Bob);
        _fixture.Stop();
        MakeOlder();
        _fixture.Delete(Letter);
        _fixture.Forget();
        _fixture.Start();
        _fixture.Views.Show(Bob, [ViewsFixture.Music]);
        await Told(1);
        Assert.Equal(
            DeltaStep.Remove(Sample.Path(Letter)),
            Assert.Single(_fixture.Sync(Bob).Steps)
        );
    }

    private async Task ComeAndGo(int entries)
    {
        await Write(Letter, entries);
        await Delete(Letter, entries - 1);
    }

    private Task<CatalogHead> Write(string path, int entries)
    {
        _fixture.Write(path, path);
        return Told(entries);
    }

    private Task<CatalogHead> Delete(string path, int entries)
    {
        _fixture.Delete(path);
        return Told(entries);
    }

    private Task<CatalogHead> Told(int entries) =>
        _fixture.Told(Bob, head => head.Entries == entries);

    private void MakeOlder()
    {
        using var database = new SqliteConnection(
            $"Data Source={_fixture.IndexDatabase};Pooling=False"
        );
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = """
            DROP TRIGGER file_back;
            DROP TABLE past;
            ALTER TABLE file DROP COLUMN born;
            PRAGMA user_version=2;
            """;
        command.ExecuteNonQuery();
    }
}
