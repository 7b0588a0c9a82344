using FriendNet.Node.Paths;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

public sealed class LedgerTests : IDisposable
{
    private static readonly FriendId Bob = new(1);
    private static readonly FriendId Carol = new(2);
    private readonly string _folder = Directory
        .CreateTempSubdirectory("friendnet-ledger-")
        .FullName;

    private string File => Path.Combine(_folder, "ledger.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatPassedIsCountedWhileItPassesAndKept()
    {
        var bytes = 0L;
        using (var ledger = PathNode.OpenLedger(File))
        {
            var first = ledger.Begin(Bob, LedgerKind.AtItsRequest, () => bytes);
            bytes = 5;
            Assert.Equal(5, ledger.Of(Bob, LedgerKind.AtItsRequest));
            bytes = 7;
            first.End();
            first.End();
            ledger.Begin(Bob, LedgerKind.AtItsRequest, () => 100);
            ledger.Begin(Carol, LedgerKind.ForUs, () => 3);
            Assert.Equal(107, ledger.Of(Bob, LedgerKind.AtItsRequest));
        }

        using var again = PathNode.OpenLedger(File);
        Assert.Equal(107, again.Of(Bob, LedgerKind.AtItsRequest));
        Assert.Equal(3, again.Of(Carol, LedgerKind.ForUs));
        Assert.Equal(0, again.Of(Carol, LedgerKind.ThroughIt));
    }

    [Fact]
    public void NothingIsKeptOfAFormerFriend()
    {
        using (var ledger = PathNode.OpenLedger(File))
        {
            ledger.Begin(Bob, LedgerKind.TowardsIt, () => 9).End();
            ledger.Begin(Carol, LedgerKind.TowardsIt, () => 9).End();
        }

        using (var ledger = PathNode.OpenLedger(File))
        {
            var open = ledger.Begin(Bob, LedgerKind.TowardsIt, () => 50);
            ledger.Forget(Bob);
            open.End();
            Assert.Equal(0, ledger.Of(Bob, LedgerKind.TowardsIt));
        }

        using var again = PathNode.OpenLedger(File);
        Assert.Equal(0, again.Of(Bob, LedgerKind.TowardsIt));
        Assert.Equal(9, again.Of(Carol, LedgerKind.TowardsIt));
    }
}
