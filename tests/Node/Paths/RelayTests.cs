using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

/// <summary>Bob carries a path from Alice to Carol; the test is both, and his engine.</summary>
public sealed class RelayTests : IDisposable
{
    private static readonly RelayId Relay = new(1);
    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");
    private readonly Side _carol = new("Carol");
    private readonly BlockPool _pool = new(8);
    private readonly string _folder = Directory
        .CreateTempSubdirectory("friendnet-ledger-")
        .FullName;
    private readonly Ledger _ledger;
    private readonly PathTable _table;
    private readonly Link _near;
    private readonly Link _bobToAlice;
    private readonly Link _bobToCarol;
    private readonly Link _far;
    private readonly Sink _down = new();
    private readonly Sink _up = new();
    private StreamId _asked;
    private StreamId _passedOn;

    public RelayTests()
    {
        (_near, _bobToAlice) = _alice.LinkTo(_bob);
        (_bobToCarol, _far) = _bob.LinkTo(_carol);
        _ledger = PathNode.OpenLedger(Path.Combine(_folder, "ledger.db"));
        _table = new PathTable(_bob.Our, _ => null, _ledger);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _carol.Dispose();
        _ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task WhatStillWaitsWhenBothHaveEndedPassesAndCounts()
    {
        const int few = 100;
        const int many = 500_000;
        Ask(credit: few);
        var up = Accept();
        await SendAsync(_far.BeginAnswer(_passedOn), many);
        up.End();
        _far.BeginAnswer(_passedOn).End();
        Assert.Equal("ended", _up.End());
        // Bob has Carol's end when he has what she says after it.
        _far.Open(Up(0), 0, new Sink());
        _bob.Next<Input.RequestReceived>();
        _near.Grant(_asked, many);
        Assert.Equal("ended", _down.End());
        Assert.Equal(many, _down.Count);
        Assert.Equal(many, _bob.Next<Input.RelayEnded>().Bytes);
    }

    [Fact]
    public async Task AnAskerThatLeavesEarlyEndsItAtTheFarSide()
    {
        Ask(credit: 0);
        var answer = _far.BeginAnswer(_passedOn);
        _near.Cancel(_asked);
        Assert.Equal(Relay, _bob.Next<Input.RelayEnded>().Relay);
        // More than may be sent: it waits until it is over.
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await SendAsync(answer, Block.Bytes);
            await SendAsync(answer, Block.Bytes);
            await SendAsync(answer, Block.Bytes);
        });
    }

    [Fact]
    public void AnAskerThatCannotBeToldHearsThatItFailed()
    {
        Ask(credit: 0);
        while (_bobToAlice.Open(Up(0), 0, new Sink()) != default)
        {
            // Until no stream is left to ask her on.
        }

        var up = new UpRequest { Stream = _passedOn.Value, Hello = Hello() };
        _far.Open(new Request { Up = up }, 0, _up);
        Join();
        Assert.Equal("Failed", _down.End());
        Assert.Equal(Relay, _bob.Next<Input.RelayEnded>().Relay);
    }

    private static Request Up(uint stream) =>
        new()
        {
            Up = new UpRequest { Stream = stream + 1, Hello = Hello() },
        };

    private static ByteString Hello() => ByteString.CopyFrom(new byte[PathDialer.HelloBytes]);

    private void Ask(long credit)
    {
        var path = new PathRequest
        {
            Pseudonym = ByteString.CopyFrom(new byte[32]),
            Hello = Hello(),
        };
        _asked = _near.Open(new Request { Path = path }, credit, _down);
        var asked = _bob.Next<Input.RequestReceived>();
        _table.Handle(
            new Effect.RelayPath(Relay, asked.Link, asked.Stream, _bobToCarol.Id, path, 1 << 20)
        );
        _passedOn = _carol.Next<Input.RequestReceived>().Stream;
    }

    /// <summary>Carol accepts, then Alice's side of it: what goes up.</summary>
    private Answer Accept()
    {
        var up = new UpRequest { Stream = _passedOn.Value, Hello = Hello() };
        _far.Open(new Request { Up = up }, Limits.PathWindowBytes, _up);
        Join();
        return _near.BeginAnswer(_alice.Next<Input.RequestReceived>().Stream);
    }

    private void Join()
    {
        var up = _bob.Next<Input.RequestReceived>();
        _table.Handle(new Effect.JoinPath(up.Link, up.Stream, up.Request.Up));
    }

    private async Task SendAsync(Answer answer, int bytes) =>
        await answer.DataAsync(_pool.Rent(), 0, bytes, Cancel);
}
