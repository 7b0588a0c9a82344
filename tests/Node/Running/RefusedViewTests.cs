using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Running;

/// <summary>Where views.db refuses to write that a friend sees less, it sees nothing.</summary>
public sealed class RefusedViewTests : IDisposable
{
    private readonly AudienceFixture _fixture = new();
    private readonly FriendId _first;

    public RefusedViewTests() => _first = _fixture.Store.Friends[0].Id;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task WhoseNarrowingIsRefusedHasNoViewAndOthersAreNarrowed()
    {
        await ShareWithAll("open");
        Refuse(_first);
        Assert.Throws<SqliteException>(() => _fixture.Change("open", _fixture.Of(0)));
        await OnlyTheFirstHasNone();
    }

    [Fact]
    public async Task ARemovedShareIsOutOfTheIndexWhateverTheViewsSay()
    {
        await ShareWithAll("open");
        Refuse(_first);
        var removed = _fixture.Store.Shares.Remove(_fixture.IdOf("open"))!;
        Assert.Throws<SqliteException>(() => _fixture.Audiences.Removed(removed));
        Assert.Empty(_fixture.Index.Shares);
        await OnlyTheFirstHasNone();
    }

    [Fact]
    public async Task WhoLeavesAGroupHasNoViewAndOthersGoOn()
    {
        await _fixture.Share("family", _fixture.Of(1 << 3));
        await _fixture.Told(_fixture.Member, 1);
        Refuse(_fixture.Member);
        Assert.Throws<SqliteException>(() =>
            _fixture.Regroup(put: _fixture.Other, taken: _fixture.Member)
        );
        Assert.Null(_fixture.Views.Head(_fixture.Member));
        // And comes back with the next change that can be written.
        Allow();
        _fixture.Audiences.Show(_fixture.Member);
        await _fixture.Told(_fixture.Member, 0);
    }

    private async Task ShareWithAll(string name)
    {
        await _fixture.Share(name, Audience.AllFriends);
        foreach (var friend in _fixture.Store.Friends)
            await _fixture.Told(friend.Id, 1);
    }

    private async Task OnlyTheFirstHasNone()
    {
        Assert.Null(_fixture.Views.Head(_first));
        Assert.Null(_fixture.Views.Delta(_first, default));
        foreach (var friend in _fixture.Store.Friends.Skip(1))
            await _fixture.Told(friend.Id, 0);
    }

    private void Refuse(FriendId friend) =>
        Execute(
            $"""
            CREATE TRIGGER refuse BEFORE DELETE ON shown WHEN old.friend='{friend}'
              BEGIN SELECT RAISE(ABORT, 'refused'); END
            """
        );

    private void Allow() => Execute("DROP TRIGGER refuse");

    private void Execute(string sql)
    {
        using var database = new SqliteConnection(
            $"Data Source={_fixture.ViewsDatabase};Pooling=False"
        );
        database.Open();
        using var statement = new Statement(database, sql);
        statement.Run();
    }
}
