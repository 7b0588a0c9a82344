using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Wire;

public sealed class SignedHeadTests : IDisposable
{
    private static readonly Hash256 Root = new([.. Enumerable.Repeat((byte)7, 32)]);
    private readonly PseudonymKeys _keys = PseudonymKeys.Create(new SeededEntropy(1));

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void TheLayoutIsThatOfTheDocument()
    {
        var bytes = Sign(HeadOf(0x0102030405)).Encoded.Span;
        Assert.Equal(182, bytes.Length);
        Assert.Equal(1, bytes[0]);
        Assert.Equal(_keys.Signing.PublicKey.Bytes, bytes[1..33]);
        Assert.Equal(_keys.Path.PublicKey.Bytes, bytes[33..65]);
        Assert.Equal(
            "0000000102030405" + "02" + "00000003" + "0000000000000064",
            Hex(bytes[65..86])
        );
        Assert.Equal(Root.ToArray(), bytes[86..118]);
    }

    [Fact]
    public void WhatIsSignedIsRead()
    {
        var head = Sign(HeadOf(5));
        Assert.True(SignedHead.TryPeek(head.Encoded.Span, out var peeked));
        Assert.Equal(head.Pseudonym, peeked);
        var read = SignedHead.TryRead(head.Encoded.ToArray());
        Assert.Equal(head, read);
        Assert.Equal(HeadOf(5), read!.Head);
        Assert.Equal(SHA256.HashData(head.Encoded.Span), read.Id.ToArray());
        Assert.False(read.IsWithdrawal);
        Assert.True(Sign(HeadOf(5) with { Content = default }).IsWithdrawal);
    }

    [Fact]
    public void EachByteCounts()
    {
        var bytes = Sign(HeadOf(5)).Encoded.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.Null(SignedHead.TryRead(bytes));
            bytes[i] ^= 1;
        }

        Assert.NotNull(SignedHead.TryRead(bytes));
        Assert.Null(SignedHead.TryRead(bytes.AsMemory(1)));
        Assert.Null(SignedHead.TryRead((byte[])[.. bytes, 0]));
        Assert.Null(SignedHead.TryRead(default));
    }

    [Fact]
    public void OnlyTheOwnerSignsAndOnlyWhatIsInRange()
    {
        using var other = PseudonymKeys.Create(new SeededEntropy(2));
        Assert.Throws<ArgumentException>(() => SignedHead.Sign(HeadOf(5), other.Signing));
        var full = HeadOf(5).Content;
        CircleHead[] bad =
        [
            HeadOf(0),
            HeadOf(1L << 40),
            HeadOf(-1),
            HeadOf(5) with
            {
                Horizon = 0,
            },
            HeadOf(5) with
            {
                Horizon = Limits.HorizonMax + 1,
            },
            HeadOf(5) with
            {
                Content = full with { Entries = 0 },
            },
            HeadOf(5) with
            {
                Content = full with { Root = default },
            },
            HeadOf(5) with
            {
                Content = full with { Bytes = -1 },
            },
            HeadOf(5) with
            {
                Content = full with { Entries = Limits.CatalogEntriesMax + 1 },
            },
        ];
        Assert.All(bad, head => Assert.Throws<ArgumentException>(() => Sign(head)));
    }

    [Fact]
    public void TheHigherVersionBeatsAndAtEqualOnesTheGreaterId()
    {
        var (one, other, later) = (
            Sign(HeadOf(5)),
            Sign(HeadOf(5) with { Horizon = 3 }),
            Sign(HeadOf(6))
        );
        Assert.True(one.Beats(null));
        Assert.False(one.Beats(one));
        Assert.True(later.Beats(one) && later.Beats(other));
        Assert.False(one.Beats(later));
        Assert.Equal(one.Id > other.Id, one.Beats(other));
        Assert.NotEqual(one.Beats(other), other.Beats(one));
    }

    [Fact]
    public void ItExpiresToTheSecond()
    {
        var head = Sign(HeadOf(1_000_000));
        var end = new Instant((1_000_000 + (30L * 24 * 3600)) * 1_000_000);
        Assert.True(head.HasExpired(end));
        Assert.False(head.HasExpired(new Instant(end.Microseconds - 1)));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private SignedHead Sign(CircleHead head) => SignedHead.Sign(head, _keys.Signing);

    private CircleHead HeadOf(long version) =>
        new(
            new PseudonymId(new Hash256(_keys.Signing.PublicKey.Bytes)),
            new Hash256(_keys.Path.PublicKey.Bytes),
            version,
            2,
            new CatalogHead(Root, 3, 100)
        );
}
