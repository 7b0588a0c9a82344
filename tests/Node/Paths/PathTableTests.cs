using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Storage;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

/// <summary>A path that Alice opens over Bob; the test is her engine, and Bob.</summary>
public sealed class PathTableTests : IDisposable
{
    private static readonly PathId Path = new(1);
    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");
    private readonly Publisher _publisher = new();
    private readonly string _folder = Directory
        .CreateTempSubdirectory("friendnet-ledger-")
        .FullName;
    private readonly Ledger _ledger;
    private readonly PathTable _table;
    private readonly Link _ours;
    private readonly Link _theirs;

    public PathTableTests()
    {
        (_ours, _theirs) = _alice.LinkTo(_bob);
        _ledger = PathNode.OpenLedger(System.IO.Path.Combine(_folder, "ledger.db"));
        _table = new PathTable(_alice.Our, _ => null, _ledger);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void WhatIsAcceptedTooLateIsRefused()
    {
        var asked = Open(Path);
        _table.Handle(new Effect.ClosePath(Path));
        Assert.Equal("NotFound", Accept(asked, Answer(asked)).End());
    }

    [Fact]
    public void WhatWasRefusedIsNotAcceptedAfterwards()
    {
        var asked = Open(Path);
        _theirs.Refuse(asked.Stream, ResetCode.Busy);
        _alice.Next<Input.PathFailed>();
        Assert.Equal("NotFound", Accept(asked, Answer(asked)).End());
    }

    [Fact]
    public void AcceptedByWhoHoldsNoKeyItFails()
    {
        var asked = Open(Path);
        Assert.Equal("Malformed", Accept(asked, new byte[PathDialer.HelloBytes]).End());
        Assert.Equal(Path, _alice.Next<Input.PathFailed>().Path);
    }

    [Fact]
    public void AcceptedAndGivenUpAtOnceItIsOneOfBoth()
    {
        for (var i = 1; i <= 30; i++)
        {
            var path = new PathId(i);
            var asked = Open(path);
            var sink = Accept(asked, Answer(asked), hasJoined: false);
            var up = _alice.Next<Input.RequestReceived>();
            var refuse = new Thread(() => _theirs.Refuse(asked.Stream, ResetCode.Failed));
            refuse.Start();
            Join(up);
            var end = _alice.Next<Input>(input => input is Input.PathFailed or Input.LinkClosed);
            refuse.Join();
            Assert.Equal(end is Input.PathFailed ? "NotFound" : "Failed", sink.End());
        }
    }

    /// <summary>What Bob is asked.</summary>
    private Input.RequestReceived Open(PathId path)
    {
        _table.Handle(
            new Effect.OpenPath(path, _ours.Id, _publisher.Id, _publisher.PathKey, Hops: 0)
        );
        return _bob.Next<Input.RequestReceived>();
    }

    private byte[] Answer(Input.RequestReceived asked)
    {
        var answer = new byte[PathDialer.HelloBytes];
        using var key = _publisher.CopyOfKey();
        var hello = asked.Request.Path.Hello.Span;
        PathAnswerer
            .TryAnswer(_publisher.Id, key, hello, Entropy.Instance, false, answer)!
            .Dispose();
        return answer;
    }

    /// <summary>Bob accepts, and Alice's engine hears it.</summary>
    private Sink Accept(Input.RequestReceived asked, byte[] hello, bool hasJoined = true)
    {
        var sink = new Sink();
        var up = new UpRequest { Stream = asked.Stream.Value, Hello = ByteString.CopyFrom(hello) };
        _theirs.Open(new Request { Up = up }, Limits.PathWindowBytes, sink);
        if (hasJoined)
        {
            Join(_alice.Next<Input.RequestReceived>());
        }

        return sink;
    }

    private void Join(Input.RequestReceived up) =>
        _table.Handle(new Effect.JoinPath(up.Link, up.Stream, up.Request.Up));
}
