using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Cli;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

/// <summary>An invitation whose time is over leaves no secret, nor an entry at the gate.</summary>
public sealed class ExpiredInvitationTests
{
    private static readonly Instant Now = new(1_000_000);

    [Fact]
    public void NoSecretOfItStaysInAnyFile()
    {
        using var node = new SomeNode("Alice");
        using var store = node.Open();
        using var secret = SomeNode.SomeSecret();
        store.Invited.Create(secret, "", Now + TimeSpan.FromHours(1), Now);
        store.Invited.Create(secret, "", Now + TimeSpan.FromHours(3), Now);
        var (over, open) = (Box(node.Path, 1)!, Box(node.Path, 2)!);
        Assert.Contains(Files(node), bytes => bytes.AsSpan().IndexOf(over) >= 0);

        store.Invited.Expire(Now + TimeSpan.FromHours(1));
        Assert.DoesNotContain(Files(node), bytes => bytes.AsSpan().IndexOf(over) >= 0);
        Assert.Equal(2, Files(node).Count(bytes => bytes.AsSpan().IndexOf(open) >= 0));
        Assert.Equal(1, store.Veils.Count);
    }

    [Fact]
    public async Task ARunningNodeErasesItByItself()
    {
        await using var alice = await Person.Start("Alice");
        using var secret = SomeNode.SomeSecret();
        var now = alice.Node.Clock.Now();
        alice.Node.Friends.Invited.Create(secret, "", now + TimeSpan.FromSeconds(1), now);
        Assert.NotNull(Box(alice.Home.StateDatabase, 1));
        await alice.Until(_ => Box(alice.Home.StateDatabase, 1) is null, "invite", "list");
        Assert.Equal(0, alice.Node.Friends.Veils.Count);
    }

    private static IReadOnlyList<byte[]> Files(SomeNode node) =>
        [
            .. Directory
                .GetFiles(node.Folder)
                .Where(path => !path.EndsWith("-shm", StringComparison.Ordinal))
                .Select(File.ReadAllBytes),
        ];

    /// <summary>The sealed secret as it lies on disk; null: erased.</summary>
    private static byte[]? Box(string path, int invitation)
    {
        using var connection = new SqliteConnection(
            $"Data Source={path};Pooling=False;Mode=ReadOnly"
        );
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT secret FROM invitations WHERE id=?1";
        command.Parameters.Add(new SqliteParameter("?1", invitation));
        return command.ExecuteScalar() as byte[];
    }
}
