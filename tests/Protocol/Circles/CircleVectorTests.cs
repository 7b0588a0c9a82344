using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Catalogs;
using FriendNet.Tests.Style;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>docs/vectors/circles.txt, which a second implementation made.</summary>
public sealed class CircleVectorTests
{
    private static readonly Dictionary<string, string> Values = File.ReadLines(
            Path.Combine(SourceTree.Root, "docs", "vectors", "circles.txt")
        )
        .Select(line => line.Split(" = "))
        .Where(parts => parts.Length == 2)
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    private static readonly EntrySet Small = EntrySet.Of([
        Entry("Films/credits.txt", 0, 0, ""),
        Entry("Films/one.mkv", 1_000_000, 1_700_000_000, "one"),
        Entry("Films/two.mkv", 16_384, 1_700_000_001, "two"),
    ]);

    private static readonly EntrySet Large = EntrySet.Of(
        Enumerable.Range(0, 100).Select(i => Entry($"Many/{i:D3}", i + 1, i, $"{i:D3}"))
    );

    [Fact]
    public void CatalogsHashSo()
    {
        Assert.Equal(Values["small root"], Small.Head.Root.ToString());
        Assert.Equal(Values["large root"], Large.Head.Root.ToString());
    }

    [Fact]
    public void KeysAndHeadsAreMadeSo()
    {
        var one = Head("one", 1_800_000_000, 2, Small.Head);
        Assert.Equal(Values["pseudonym one"], one.Head.Pseudonym.Key.ToString());
        Assert.Equal(Values["head one"], Convert.ToHexStringLower(one.Encoded.Span));
        Assert.Equal(Values["id of head one"], one.Id.ToString());
        var two = Head("two", 1_800_000_123, 4, Large.Head);
        Assert.Equal(Values["head two"], Convert.ToHexStringLower(two.Encoded.Span));
        var gone = Head("one", 1_800_000_001, 2, default);
        Assert.Equal(Values["withdrawal"], Convert.ToHexStringLower(gone.Encoded.Span));
    }

    [Fact]
    public void HeadsAreRead()
    {
        var one = Read("head one");
        Assert.Equal((2, Small.Head), (one.Head.Horizon, one.Head.Content));
        Assert.True(Read("withdrawal").IsWithdrawal);
        Assert.True(Read("withdrawal").Beats(one));
    }

    [Fact]
    public void WhatIsToldHashesSo()
    {
        var engine = new OneEngine();
        engine.Open(0);
        HeadNews[] news = [News("head one", 1), News("head two", 2)];
        engine.Say(0, new Heads { News = { news } });
        engine.Sync.HandleClosed(OneEngine.LinkOf(0), engine.Now);
        engine.Drain();
        engine.Open(0);
        var have = engine.Drain().OfType<Effect.Send>().First().Message.HeadsHave;
        Assert.Equal(Values["told root"], Convert.ToHexStringLower(have.Root.Span));
    }

    [Fact]
    public void DeltasLeadToTheirHeads()
    {
        var whole = EntrySet.Empty.Apply(Bytes("whole"), Read("head one").Head.Content);
        Assert.Equal(Small.Entries, whole?.Entries);
        var next = Small.Apply(Bytes("delta"), Read("head three").Head.Content);
        var added = Entry("Films/two.srt", 7, 1_700_000_002, "srt");
        Assert.NotNull(next);
        Assert.Equal([.. Small.Entries, added], [.. next.Entries]);
        Assert.Null(Large.Apply(Bytes("delta"), Read("head three").Head.Content));
    }

    private static SignedHead Head(string who, long version, int horizon, CatalogHead content)
    {
        using var keys = PseudonymKeys.Import(Bytes($"seed {who}"));
        var id = new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes));
        var path = new Hash256(keys.Path.PublicKey.Bytes);
        return SignedHead.Sign(new CircleHead(id, path, version, horizon, content), keys.Signing);
    }

    private static HeadNews News(string head, uint hops) =>
        new() { Head = ByteString.CopyFrom(Bytes(head)), Hops = hops };

    private static SignedHead Read(string name)
    {
        var head = SignedHead.TryRead(Bytes(name));
        Assert.NotNull(head);
        return head;
    }

    private static CatalogEntry Entry(string path, long length, long modified, string content)
    {
        var root = new Hash256(SHA256.HashData(Encoding.ASCII.GetBytes(content)));
        var id = length == 0 ? default : new ContentId(root, length);
        return new CatalogEntry(Sample.Path(path), id, modified);
    }

    private static byte[] Bytes(string name) => Convert.FromHexString(Values[name]);
}
