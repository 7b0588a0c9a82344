using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>When heads of ours are signed, in virtual time.</summary>
public sealed class OwnHeadTests
{
    private readonly OneEngine _node = new();
    private readonly List<OwnPseudonym> _own = [];

    [Fact]
    public void ChangesAreSignedAtOnceThenOnceAMinute()
    {
        for (var i = 1; i <= Limits.OwnHeadsBurst; i++)
            Assert.Equal(i, Change(i).Single().Head.Content.Entries);

        Assert.Empty(Change(10));
        Assert.Empty(Change(11));
        _node.Advance(TimeSpan.FromSeconds(Limits.OwnHeadSeconds - 1));
        Assert.Empty(Sign());
        _node.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(11, Sign().Single().Head.Content.Entries);
    }

    [Fact]
    public void WhatIsTakenBackWaitsForNothing()
    {
        for (var i = 1; i <= Limits.OwnHeadsBurst + 1; i++)
            Change(i);

        Assert.True(Change(0).Single().IsWithdrawal);
        // What is shown after it waits as before, under a name of its own.
        Assert.Empty(Change(1));
        _node.Advance(TimeSpan.FromSeconds(Limits.OwnHeadSeconds));
        var next = Sign().Single();
        Assert.Equal((2, _own[^1].Id), (_own.Count, next.Head.Pseudonym));
    }

    private List<SignedHead> Change(int entries)
    {
        var root = entries == 0 ? default : new Hash256([.. Enumerable.Repeat((byte)entries, 32)]);
        CatalogHead? head = entries == 0 ? null : new CatalogHead(root, entries, entries);
        _node.Sync.Handle(new Input.CircleChanged(head), _node.Now);
        return Sign();
    }

    private List<SignedHead> Sign()
    {
        List<SignedHead> signed = [];
        foreach (var sign in _node.Drain().OfType<Effect.SignHead>())
        {
            if (sign.Who is null)
                _own.Add(new OwnPseudonym(_own.Count));
            var head = _own[^1].Sign(sign.Version, sign.Content, sign.Horizon);
            _node.Sync.Handle(new Input.HeadSigned(head, default), _node.Now);
            signed.Add(head);
        }

        return signed;
    }
}
