using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Holdings;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Holdings;

/// <summary>What one node seeks and tells, message by message.</summary>
public sealed partial class PartHoldersTests
{
    private static readonly LinkId Link = new(1);
    private static readonly FriendId Self = new(5);
    private static readonly FriendId Friend = new(7);
    private readonly Queue<Effect> _effects = [];
    private readonly List<(ContentId Id, int Run)> _held = [];
    private readonly PartHolders _holders;
    private Instant _now = new(1_000_000);

    public PartHoldersTests()
    {
        _holders = new(
            Self,
            new SeededEntropy(1),
            _effects,
            isOn: true,
            (_, all, _) =>
                _held.AddRange(all.SelectMany(held => held.Runs.Select(run => (held.Id, run))))
        );
        _holders.HandleOpened(Link, Friend, _now);
        Pass(1.1);
    }

    [Fact]
    public void What_is_sought_is_said_once_a_second_the_largest_first()
    {
        Get(1, Content(1, runs: 3));
        var first = Assert.Single(Sent()).Seeks;
        Assert.Equal(Tags(first.Nonce, Self, [Content(1, 3)]), first.Tags);
        Get(2, Content(2, runs: 9), Content(3, runs: 1));
        Assert.Empty(Sent());
        Pass(0.9);
        Assert.Empty(Sent());
        Pass(0.2);
        var seeks = Assert.Single(Sent()).Seeks;
        ContentId[] all = [Content(2, 9), Content(1, 3), Content(3, 1)];
        Assert.Equal(Tags(seeks.Nonce, Self, all), seeks.Tags);
    }

    [Fact]
    public void Of_too_many_the_largest_are_sought()
    {
        var all = Enumerable.Range(0, Limits.SeeksMax + 10);
        Get(1, [.. all.Select(one => Content(one, runs: one + 1))]);
        var seeks = Assert.Single(Sent()).Seeks;
        var largest = all.Reverse().Take(Limits.SeeksMax).Select(one => Content(one, one + 1));
        Assert.Equal(Tags(seeks.Nonce, Self, [.. largest]), seeks.Tags);
    }

    [Fact]
    public void What_answers_an_older_list_or_no_content_is_ignored()
    {
        var (small, large) = (Content(1, runs: 8), Content(2, runs: 9));
        Get(1, small);
        var first = Assert.Single(Sent()).Seeks;
        _holders.HandleHolds(Link, Holds(first, small, 0, 0, 0b101), _now);
        Assert.Equal([(small, 0), (small, 2)], _held);
        _held.Clear();
        Get(2, large);
        Pass(1.1);
        var second = Assert.Single(Sent()).Seeks;
        // Tag 0 is the large one from here on.
        _holders.HandleHolds(Link, Holds(first, small, 0, 0, 1), _now);
        _holders.HandleHolds(Link, Holds(second, small, 2, 0, 1), _now);
        _holders.HandleHolds(Link, Holds(second, small, 1, 7, 0b11), _now);
        Assert.Empty(_held);
        _holders.HandleHolds(Link, Holds(second, large, 0, 7, 0b11), _now);
        Assert.Equal([(large, 7), (large, 8)], _held);
    }

    [Fact]
    public void Who_does_not_prove_that_it_knows_the_content_is_not_believed()
    {
        var content = Content(1, runs: 8);
        Get(1, content);
        var seeks = Assert.Single(Sent()).Seeks;
        var holds = Holds(seeks, content, 0, 0, 0xFF);
        var proof = holds.Held[0].Proof;
        // None; what we said ourselves; what another friend, asked with our nonce, proved.
        ulong[] others =
        [
            0,
            Tag(seeks.Nonce, Self, content),
            Tag(seeks.Nonce, new FriendId(8), content),
            Tag(seeks.Nonce, Friend, Content(2, runs: 8)),
        ];
        foreach (var other in others)
        {
            holds.Held[0].Proof = other;
            _holders.HandleHolds(Link, holds, _now);
        }

        Assert.Empty(_held);
        holds.Held[0].Proof = proof;
        _holders.HandleHolds(Link, holds, _now);
        Assert.Equal(8, _held.Count);
    }

    [Fact]
    public void Who_says_more_often_than_agreed_what_it_holds_is_not_heard()
    {
        var content = Content(1, runs: 8);
        Get(1, content);
        var holds = Holds(Assert.Single(Sent()).Seeks, content, 0, 0, 1);
        for (var i = 0; i < 3 * Limits.HoldsBurstMax; i++)
            _holders.HandleHolds(Link, holds, _now);
        Assert.Equal(Limits.HoldsBurstMax + 1, _held.Count);
        Pass(0.5);
        for (var i = 0; i < 10; i++)
            _holders.HandleHolds(Link, holds, _now);
        Assert.Equal(Limits.HoldsBurstMax + 3, _held.Count);
    }

    [Fact]
    public void A_list_is_read_at_most_once_a_second_and_the_last_counts()
    {
        var (one, other) = (Content(1, runs: 1), Content(2, runs: 2));
        Hold(1, one, other);
        Seek(one);
        Assert.Equal([(0u, 0)], Told());
        Seek(Content(3, 1));
        Seek(Content(3, 1), other);
        Pass(0.9);
        Assert.Empty(Told());
        Pass(0.2);
        Assert.Equal([(1u, 0), (1u, 1)], Told());
    }

    [Fact]
    public void However_much_is_held_no_message_is_too_large_and_all_is_told()
    {
        const int Contents = 1000;
        var all = Enumerable.Range(0, Contents).Select(one => Content(one, runs: 2)).ToArray();
        // Each second run of a long one: pieces full of bits.
        var large = Content(5000, runs: 600_000);
        var have = new byte[600_000 / 8];
        have.AsSpan().Fill(0x55);
        _holders.Handle(
            new Input.Download(
                new(1),
                [new(large, have), .. all.Select(id => new WantedFile(id, [3]))]
            ),
            _now
        );
        _ = Sent();
        Seek([large, .. all]);
        var told = new HashSet<(uint Tag, int Run)>();
        for (var message = 0; message < 60; message++)
        {
            foreach (var holds in Sent().Select(sent => sent.Holds))
            {
                Assert.InRange(holds.Held.Count, 1, Limits.HoldsMax);
                Assert.InRange(holds.CalculateSize(), 1, Limits.HoldsBytesMax);
                Assert.All(Runs(holds), one => Assert.True(told.Add(one)));
            }

            Pass(0.6);
        }

        Assert.Equal(300_000 + (2 * Contents), told.Count);
    }

    [Fact]
    public void A_link_that_is_closed_hears_and_says_nothing_more()
    {
        var content = Content(1, runs: 4);
        Get(1, content);
        var sought = Assert.Single(Sent()).Seeks;
        Seek(content);
        _holders.HandleClosed(Link);
        _holders.HandleStored(content, 2, _now);
        _holders.HandleHolds(Link, Holds(sought, content, 0, 0, 1), _now);
        Pass(2);
        Assert.Empty(Sent());
        Assert.Empty(_held);
    }

    private void Get(int transfer, params ContentId[] contents) =>
        _holders.Handle(
            new Input.Download(new(transfer), [.. contents.Select(id => new WantedFile(id, null))]),
            _now
        );

    /// <summary>Things that are whole are not sought.</summary>
    private void Hold(int transfer, params ContentId[] contents) =>
        _holders.Handle(new Input.DownloadHeld(new(transfer), contents), _now);

    private void Seek(params ContentId[] contents)
    {
        var nonce = ByteString.CopyFrom([.. Enumerable.Repeat((byte)(contents.Length % 256), 16)]);
        var seeks = new Seeks { Nonce = nonce, Tags = Tags(nonce, Friend, contents) };
        _holders.HandleSeeks(Link, seeks, _now);
    }

    private void Pass(double seconds)
    {
        var end = _now + TimeSpan.FromSeconds(seconds);
        while (_holders.Deadline is { } at && at <= end)
        {
            _now = at > _now ? at : _now;
            _holders.Handle(new Input.Tick(), _now);
        }

        _now = end;
    }

    private List<Message> Sent()
    {
        List<Message> sent = [.. _effects.Cast<Effect.Send>().Select(send => send.Message)];
        _effects.Clear();
        return sent;
    }

    private (uint Tag, int Run)[] Told() => [.. Sent().SelectMany(sent => Runs(sent.Holds))];

    private static IEnumerable<(uint Tag, int Run)> Runs(Holds holds) =>
        from piece in holds.Held
        from at in Enumerable.Range(0, piece.Bits.Length * 8)
        where (piece.Bits[at >> 3] >> (at & 7) & 1) != 0
        select (piece.Tag, (int)piece.First + at);

    private static Holds Holds(Seeks seeks, ContentId id, uint tag, uint first, byte bits) =>
        new()
        {
            Seek = Name(seeks),
            Held =
            {
                new Held
                {
                    Tag = tag,
                    First = first,
                    Bits = ByteString.CopyFrom(bits),
                    Proof = Tag(seeks.Nonce, Friend, id),
                },
            },
        };

    private static ulong Name(Seeks seeks) =>
        BinaryPrimitives.ReadUInt64LittleEndian(seeks.Nonce.Span);

    private static ByteString Tags(ByteString nonce, FriendId who, ContentId[] all)
    {
        var tags = new byte[all.Length * sizeof(ulong)];
        for (var i = 0; i < all.Length; i++)
        {
            var tag = Tag(nonce, who, all[i]);
            BinaryPrimitives.WriteUInt64LittleEndian(tags.AsSpan(i * sizeof(ulong)), tag);
        }

        return ByteString.CopyFrom(tags);
    }

    /// <summary>As docs/protocol-fetch.md says it.</summary>
    private static ulong Tag(ByteString nonce, FriendId who, ContentId id)
    {
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)id.Length);
        var speaker = Convert.FromHexString(who.ToString());
        byte[] hashed = [.. nonce.Span, .. speaker, .. id.Root.ToArray(), .. length];
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(hashed));
    }

    private static ContentId Content(int number, int runs)
    {
        var root = new byte[Hash256.Size];
        BinaryPrimitives.WriteInt32LittleEndian(root, number + 1);
        return new(new(root), runs * (long)MerkleTree.RunBytes);
    }
}
