using System.Diagnostics.CodeAnalysis;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Tests.Node.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Links;

/// <summary>
/// What the newcomer's disk refuses of a friendship leaves no connection open, and no friend that
/// is stored and never met.
/// </summary>
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
        Refuse("INSERT");
        var result = await _bob.Dialer.RedeemAsync(_alice.Invite().Link);
        Assert.Equal(RedeemOutcome.NotStored, result.Outcome);
        _alice.Next<Input.LinkOpened>();
        _alice.Next<Input.LinkClosed>();
    }

    [Fact]
    public async Task WhoIsStoredBeforeTheDiskIsFullIsDialedAllTheSame()
    {
        Refuse("UPDATE OF sent");
        var result = await _bob.Dialer.RedeemAsync(_alice.Invite().Link);
        Assert.Equal(RedeemOutcome.NotStored, result.Outcome);
        var known = _bob.Next<Input.FriendKnown>();
        Assert.Equal(_alice.Id, known.Friend);
        Assert.Equal([_alice.Address], known.Addresses);
    }

    [Fact]
    public void AFriendIsStoredWithItsAddressesOrNotAtAll()
    {
        Refuse("UPDATE OF addresses");
        using var secret = SomeNode.SomeSecret();
        var add = () => _bob.Store.Add(_alice.Node.Card, secret, [_alice.Address], _bob.Now());
        Assert.Throws<SqliteException>(add);
        Assert.Empty(_bob.Store.Friends);
        _bob.Restart();
        Assert.Empty(_bob.Store.Friends);
    }

    /// <summary>As a full disk would.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Our own constant texts.")]
    private void Refuse(string write)
    {
        using var refusing = new SqliteConnection($"Data Source={_bob.Node.Path};Pooling=False");
        refusing.Open();
        using var trigger = refusing.CreateCommand();
        trigger.CommandText =
            $"CREATE TRIGGER f BEFORE {write} ON friends BEGIN SELECT raise(ABORT, 'no'); END;";
        trigger.ExecuteNonQuery();
    }
}
