using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Torrents;
using FriendNet.Tests.Crypto.Merkle;
using FriendNet.Tests.Node.Torrents;
using Xunit;

namespace FriendNet.Tests.Protocol.Torrents;

/// <summary>v2 torrents: what is written is read; what is wrong has a name and throws nothing.
/// </summary>
public sealed class TorrentTests
{
    private const string Leaf = "0:d6:lengthi1e11:pieces root32:RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRe";
    private static readonly Sample Long = new((2 << 20) + 1, 1);
    private static readonly Sample Short = new(20_000, 2);

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var bytes = Written();
        Assert.True(TorrentReader.TryRead(bytes, out var torrent, out var fault), $"{fault}");
        Assert.Equal("näme", torrent.Name);
        Assert.True(torrent.IsFolder);
        Assert.Equal(1 << 20, torrent.PieceBytes);
        Assert.Equal(
            [
                ("a/b/lång", Long.Root, Long.Length),
                ("a-b", Short.Root, Short.Length),
                ("empty", default, 0),
                ("same", Long.Root, Long.Length),
            ],
            torrent.Files.Select(file => (file.Path, file.Content.Root, file.Content.Length))
        );
        var (start, end) = (
            bytes.AsSpan().IndexOf("4:info"u8) + 6,
            bytes.AsSpan().IndexOf("12:piece la"u8)
        );
        Assert.Equal(new Hash256(SHA256.HashData(bytes.AsSpan()[start..end])), torrent.InfoHash);
    }

    [Fact]
    public void OneFileOfTheTorrentsNameIsNoFolder()
    {
        var file = new TorrentFile("one", new(Short.Root, Short.Length));
        Assert.True(TorrentReader.TryRead(Write("one", file), out var single, out _));
        Assert.False(single.IsFolder);
        Assert.True(TorrentReader.TryRead(Write("other", file), out var folder, out _));
        Assert.True(folder.IsFolder);
    }

    [Fact]
    public void LargeContentHasLongPieces()
    {
        Assert.Equal(1 << 20, LengthOf(1, 64L << 30));
        Assert.Equal(2 << 20, LengthOf(1, (64L << 30) + 1));
        Assert.Equal(2 << 20, LengthOf(40_000, (1 << 20) + 1));
        Assert.Equal(1 << 20, LengthOf(100_000, 1 << 20));
        Assert.Equal(16 << 20, LengthOf(1, Limits.FileBytesMax));

        // 100 GiB that nobody has to read: any hashes make a layer.
        var runs = new Hash256[102_400];
        new Random(3).NextBytes(MemoryMarshal.AsBytes(runs.AsSpan()));
        var length = ((long)runs.Length << 20) - 5;
        var content = new ContentId(MerkleTree.RootOfLayer(runs, length), length);
        var bytes = TorrentWriter.Write("f", [new("f", content)], _ => [.. runs]);
        Assert.True(TorrentReader.TryRead(bytes, out var torrent, out var fault), $"{fault}");
        Assert.Equal((2 << 20, content), (torrent.PieceBytes, torrent.Files[0].Content));
        Assert.InRange(bytes.Length, 51_200 * 32, (51_200 * 32) + 300);

        static long LengthOf(int files, long bytes) =>
            PieceLayer.LengthFor(
                [.. Enumerable.Repeat(new TorrentFile("", new(default, bytes)), files)],
                TorrentWriter.HashesMax
            );
    }

    [Fact]
    public void LayersOfLongPiecesAreLibtorrents()
    {
        Libtorrent.SkipUnlessInstalled();
        var folder = Directory.CreateTempSubdirectory("friendnet-layers-");
        try
        {
            var sample = new Sample((37 << 20) + 123, 7);
            var path = Path.Combine(folder.FullName, "f");
            File.WriteAllBytes(path, sample.Bytes);
            for (var piece = 1 << 20; piece <= 32 << 20; piece *= 2)
            {
                var file = Libtorrent.Create($"{path}.torrent", piece, "v2", path);
                Assert.True(BEncodedReader.TryRead(File.ReadAllBytes(file), out var value));
                Assert.True(
                    ((BEncodedDictionary)value).TryGet(
                        "piece layers"u8,
                        out BEncodedDictionary? all
                    )
                );
                Assert.True(all.TryGet(sample.Root.ToArray(), out BEncodedString? layer));
                var ours = PieceLayer.FromRuns([.. sample.Runs], piece);
                Assert.Equal(layer.Bytes, MemoryMarshal.AsBytes(ours));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static TheoryData<TorrentFault, string> Bad =>
        new()
        {
            { TorrentFault.NotBEncoded, "d" },
            { TorrentFault.NotTorrent, "le" },
            { TorrentFault.NotTorrent, "d4:infoi1ee" },
            { TorrentFault.NotTorrent, "d4:infodee" },
            { TorrentFault.OnlyVersion1, "d4:infod6:pieces0:ee" },
            { TorrentFault.UnknownVersion, Of("1:f", Leaf).Replace("i2e", "i3e") },
            { TorrentFault.NotTorrent, Of("1:f", Leaf).Replace("file tree", "file true") },
            { TorrentFault.BadPieceLength, Of("1:f", Leaf).Replace("i16384e", "i16383e") },
            { TorrentFault.BadPieceLength, Of("1:f", Leaf).Replace("i16384e", "i8192e") },
            { TorrentFault.BadPieceLength, Of("1:f", Leaf).Replace("i16384e", "i-16384e") },
            { TorrentFault.BadPieceLength, Of("1:f", Leaf).Replace("i16384e", "i2147483648e") },
            { TorrentFault.BadName, Of("1:f", Leaf).Replace("4:name1:n", "4:name0:") },
            { TorrentFault.BadName, Of("1:f", Leaf).Replace("4:name1:n", "4:name3:a/b") },
            { TorrentFault.BadName, Of("1:f", Leaf).Replace("4:name1:n", "4:name2:..") },
            { TorrentFault.BadName, Of("0:", Leaf) },
            { TorrentFault.BadName, Of("1:.", Leaf) },
            { TorrentFault.BadName, Of("2:..", Leaf) },
            { TorrentFault.BadName, Of("3:a/b", Leaf) },
            { TorrentFault.BadName, Of("3:a\0b", Leaf) },
            { TorrentFault.BadName, Of($"256:{new string('a', 256)}", Leaf) },
            { TorrentFault.BadName, Of("1:d", $"2:..d{Leaf}e") },
            { TorrentFault.BadName, Deep(65, "1:a") },
            { TorrentFault.BadName, Deep(20, $"250:{new string('a', 250)}") },
            { TorrentFault.BadFile, Of("1:f", "0:de") },
            { TorrentFault.BadFile, Of("1:f", Leaf.Replace("i1e", "i-1e")) },
            { TorrentFault.BadFile, Of("1:f", Leaf.Replace("i1e", "i17592186044417e")) },
            { TorrentFault.BadFile, Of("1:f", Leaf.Replace("32:R", "31:")) },
            { TorrentFault.BadFile, Of("1:f", Leaf.Replace('R', '\0')) },
            { TorrentFault.BadFile, Of("1:f", $"{Leaf}1:gd{Leaf}e") },
            { TorrentFault.NoFiles, Of("1:d", "") },
            { TorrentFault.NoFiles, Of("1:f", Leaf.Replace("0:d", "0:d4:attr1:p")) },
            { TorrentFault.NoFiles, Of("1:f", Leaf.Replace("0:d", "0:d4:attr2:xl")) },
            { TorrentFault.BadLayer, Layered(3, 2 * 32) },
            { TorrentFault.BadLayer, Layered(3, 3 * 32) },
            { TorrentFault.BadLayer, Layered(3, (3 * 32) + 1) },
            { TorrentFault.BadLayer, Layered(3, 0) },
            { TorrentFault.BadLayer, Layered(3, 0).Replace("0:ee", "i0eee") },
            { TorrentFault.NotTorrent, Torrent("", "12:piece layersi0e") },
        };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void EveryFaultIsNamed(TorrentFault fault, string torrent)
    {
        Assert.False(
            TorrentReader.TryRead(Encoding.Latin1.GetBytes(torrent), out _, out var found)
        );
        Assert.Equal(fault, found);
    }

    [Fact]
    public void GoodOnesPass()
    {
        foreach (var good in (string[])[Of("1:f", Leaf), Deep(64, "1:a"), Of("2:\xFF\xFE", Leaf)])
        {
            var bytes = Encoding.Latin1.GetBytes(good);
            Assert.True(TorrentReader.TryRead(bytes, out var torrent, out var fault), $"{fault}");
            Assert.Single(torrent.Files);
        }
    }

    [Fact]
    public void FilesAndPathsAreBounded()
    {
        var name = new string('a', 255);
        Assert.Equal(TorrentFault.TooManyFiles, FaultOf(Limits.TorrentFilesMax + 1, []));
        Assert.Equal(TorrentFault.None, FaultOf(Limits.TorrentFilesMax, []));
        // A thousand bytes of folders, named once, for each of 40,000 files.
        Assert.Equal(TorrentFault.TooManyFiles, FaultOf(40_000, [name, name, name, name]));

        static TorrentFault FaultOf(int files, string[] folders)
        {
            var tree = string.Concat(
                Enumerable.Range(0, files).Select(i => $"6:{i:D6}d0:d6:lengthi0eee")
            );
            foreach (var folder in folders)
                tree = $"{folder.Length}:{folder}d{tree}e";
            TorrentReader.TryRead(Encoding.Latin1.GetBytes(Torrent(tree)), out _, out var fault);
            return fault;
        }
    }

    [Fact]
    public void MutatedTorrentsNeverThrow()
    {
        byte[][] seeds =
        [
            Written(),
            Encoding.Latin1.GetBytes(Of("1:d", $"1:fd{Leaf}e1:gd{Leaf}e")),
            Encoding.Latin1.GetBytes(Layered(3, 3 * 32)),
        ];
        var random = new Random(52);
        var (wellFormed, accepted) = (0, 0);
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = Mutation.Of(
                seeds[i % seeds.Length],
                seeds[random.Next(seeds.Length)],
                random
            );
            wellFormed += BEncodedTests.RoundTrips(bytes) ? 1 : 0;
            accepted += TorrentReader.TryRead(bytes, out var torrent, out var fault) ? 1 : 0;
            Assert.Equal(torrent is null, fault != TorrentFault.None);
        }

        // The mutations reach behind each door.
        Assert.InRange(wellFormed, 1_000, 99_000);
        Assert.InRange(accepted, 100, wellFormed - 100);
    }

    private static byte[] Written() =>
        Write(
            "näme",
            new("same", new(Long.Root, Long.Length)),
            new("a-b", new(Short.Root, Short.Length)),
            new("empty", default),
            new("a/b/lång", new(Long.Root, Long.Length))
        );

    private static byte[] Write(string name, params TorrentFile[] files) =>
        TorrentWriter.Write(name, files, _ => [.. Long.Runs]);

    private static string Torrent(string tree, string layers = "") =>
        $"d4:infod9:file treed{tree}e12:meta versioni2e4:name1:n12:piece lengthi16384ee{layers}e";

    private static string Of(string name, string node) => Torrent($"{name}d{node}e");

    private static string Deep(int depth, string name)
    {
        var node = Leaf;
        for (var i = 1; i < depth; i++)
            node = $"{name}d{node}e";
        return Of(name, node);
    }

    private static string Layered(int pieces, int layerBytes) =>
        Torrent(
            $"1:fd{Leaf.Replace("i1e", $"i{pieces * 16384}e")}e",
            $"12:piece layersd32:{new string('R', 32)}{layerBytes}:{new string('L', layerBytes)}e"
        );
}
