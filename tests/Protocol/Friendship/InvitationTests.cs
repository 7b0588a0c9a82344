using System.Buffers.Text;
using System.Security.Cryptography;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Friendship;

public sealed class InvitationTests
{
    private static readonly Instant Now = new(1_795_000_000_000_000);
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] Secret = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];

    [Fact]
    public void A_link_has_these_very_bytes()
    {
        using var invitation = new Invitation(
            Key,
            Secret,
            new Instant(60_000_000L * 30_000_000),
            [Place("192.0.2.7:4711"), Place("[2001:db8::7]:4711"), Place("home.example:1")]
        );
        Assert.Equal(
            "01"
                + "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
                + "65666768696a6b6c6d6e6f7071727374"
                + "01c9c380"
                + "04c00002071267"
                + "0620010db80000000000000000000000071267"
                + "010c686f6d652e6578616d706c650001",
            Convert.ToHexStringLower(Bytes(invitation.ToLink())[..^4])
        );
    }

    [Theory]
    [InlineData]
    [InlineData("192.0.2.7:4711")]
    [InlineData("192.0.2.7:65535", "[2001:db8:1:2:3:4:5:6]:65535")]
    [InlineData("a-b.example:1", "[::1]:2", "127.0.0.1:3", "x:4")]
    public void A_link_is_read_as_it_was_written(params string[] addresses)
    {
        using var invitation = Make(addresses);
        var link = invitation.ToLink();
        Assert.True(link.Length < 200, link);
        Assert.Equal(InvitationFlaw.None, Invitation.Parse($" {link}\n", Now, out var read));
        Assert.Equal(Key, read!.Key.ToArray());
        Assert.Equal(Secret, read.Secret.ToArray());
        Assert.Equal(addresses, read.Addresses.Select(a => a.ToString()));
        Assert.Equal(link, read.ToLink());
        Assert.InRange((read.Expires - Now).TotalMinutes, 60, 61);
    }

    [Fact]
    public void Every_cut_and_every_typo_is_seen()
    {
        using var invitation = Make("192.0.2.7:4711");
        var link = invitation.ToLink();
        for (var length = Invitation.Scheme.Length; length < link.Length; length++)
        {
            Assert.Equal(InvitationFlaw.Damaged, Invitation.Parse(link[..length], Now, out _));
        }

        for (var at = Invitation.Scheme.Length; at < link.Length; at++)
        {
            foreach (var other in "Ab0-_ =\n")
            {
                var typo = link[..at] + other + link[(at + 1)..];
                var whole = string.Equals(typo, link, StringComparison.Ordinal);
                Assert.Equal(
                    whole ? InvitationFlaw.None : InvitationFlaw.Damaged,
                    Invitation.Parse(typo, Now, out _)
                );
            }
        }

        Assert.Equal(InvitationFlaw.Damaged, Invitation.Parse(link + "A", Now, out _));
        Assert.Equal(InvitationFlaw.Damaged, Invitation.Parse(link + link, Now, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("friendnet")]
    [InlineData("https://example.org/friendnet:AAAA")]
    [InlineData("magnet:?xt=urn:btmh:1220")]
    public void Other_texts_are_no_invitations(string? text) =>
        Assert.Equal(InvitationFlaw.NotAnInvitation, Invitation.Parse(text, Now, out _));

    [Fact]
    public void An_expired_one_says_when_it_did()
    {
        using var invitation = Make();
        var later = Now + TimeSpan.FromMinutes(62);
        Assert.Equal(
            InvitationFlaw.Expired,
            Invitation.Parse(invitation.ToLink(), later, out var read)
        );
        Assert.Equal(invitation.Expires, read!.Expires);
    }

    [Theory]
    [InlineData("02", "a later version")]
    [InlineData("01:04c0000207", "an address without a port")]
    [InlineData("01:04c00002070000", "port 0")]
    [InlineData("01:07c00002070001", "an unknown kind of address")]
    [InlineData("01:0102412e0001", "a name in capitals")]
    [InlineData("01:0107312e322e332e340001", "an address as a name")]
    [InlineData("01:04010101010001040101010100010401010101000104010101010001040101010100010", "5")]
    public void What_is_whole_but_unknown_is_told_apart(string changes, string what)
    {
        Assert.NotEmpty(what);
        using var invitation = Make();
        var bytes = Bytes(invitation.ToLink())[..^4];
        var parts = changes.Split(':');
        bytes[0] = Convert.FromHexString(parts[0])[0];
        var more = parts.Length > 1 ? parts[1] : "";
        byte[] changed = [.. bytes, .. Convert.FromHexString(more[..(more.Length / 2 * 2)])];
        byte[] whole = [.. changed, .. SHA256.HashData(changed)[..4]];
        var link = Invitation.Scheme + Base64Url.EncodeToString(whole);
        Assert.Equal(InvitationFlaw.Unknown, Invitation.Parse(link, Now, out _));
    }

    [Fact]
    public void Random_links_never_throw()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            if (bytes.Length > 4)
            {
                bytes[0] = 1;
                SHA256
                    .HashData(bytes.AsSpan(0, bytes.Length - 4))[..4]
                    .CopyTo(bytes, bytes.Length - 4);
            }

            var link = Invitation.Scheme + Base64Url.EncodeToString(bytes);
            if (Invitation.Parse(link, Now, out var read) == InvitationFlaw.None)
            {
                Assert.Equal(link, read!.ToLink());
            }
        }
    }

    private static Invitation Make(params string[] addresses) =>
        new(Key, Secret, Now + TimeSpan.FromHours(1), [.. addresses.Select(Place)]);

    private static HostPort Place(string text)
    {
        Assert.True(HostPort.TryParse(text, out var place), text);
        return place;
    }

    private static byte[] Bytes(string link) =>
        Base64Url.DecodeFromChars(link.AsSpan(Invitation.Scheme.Length));
}
