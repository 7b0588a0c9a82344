using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Links;

/// <summary>A friendship that the newcomer's disk refuses leaves no connection open.</summary>
public sealed class FullDiskRedeemTests : IDisposable
{
    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public async Task TheInviterIsNotLeftWithALinkToNobody()
    {
        using (var refusing = new SqliteConnection($"Data Source={_bob.Node.Path};Pooling=False"))
        {
            refusing.Open();
            using var trigger = refusing.CreateCommand();
            trigger.CommandText =
                "CREATE TRIGGER f BEFORE INSERT ON friends BEGIN SELECT raise(ABORT, 'no'); END;";
            trigger.ExecuteNonQuery();
        }

        var result = await _bob.Dialer.RedeemAsync(_alice.Invite().Link);
        Assert.Equal(RedeemOutcome.NotStored, result.Outcome);
        _alice.Next<Input.LinkOpened>();
        _alice.Next<Input.LinkClosed>();
    }
}
