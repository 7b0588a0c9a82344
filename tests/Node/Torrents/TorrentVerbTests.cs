using System.Text;
using System.Text.Json;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Torrents;
using FriendNet.Tests.Node.Cli;
using Xunit;

namespace FriendNet.Tests.Node.Torrents;

/// <summary>`torrent export` and `torrent import`, and libtorrent's word on them.</summary>
public sealed class TorrentVerbTests : IAsyncLifetime
{
    private const int LongBytes = (3 << 20) + 12_345;
    private Person _alice = null!;
    private Person _bob = null!;
    private string _books = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await Person.Start("Alice");
        _bob = await Person.Start("Bob");
        _alice.File("books/deep/er/ä 1%.txt", "what it says");
        _alice.File("books/deep-er.txt", "sorts before deep/");
        _alice.File("books/deep/empty", "");
        var random = new byte[LongBytes];
        new Random(1).NextBytes(random);
        await File.WriteAllBytesAsync(_alice.File("books/long.bin"), random);
        _books = _alice.Folder("books");
        await _alice.Ok("share", "add", _books, "--name", "library");
        await _alice.Befriend(_bob);
    }

    public async ValueTask DisposeAsync()
    {
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task LibtorrentAcceptsWhatIsExported()
    {
        Libtorrent.SkipUnlessInstalled();
        var file = Path.Combine(_alice.Folder("out"), "books.torrent");
        var made = (await _alice.Ok("torrent", "export", _books, "-o", file, "--json")).Json;
        var shown = Libtorrent.Show(file);

        Assert.Equal(Text(made, "infoHash"), shown.InfoHash);
        Assert.Equal($"magnet:?xt=urn:btmh:1220{shown.InfoHash}&dn=books", shown.Magnet);
        Assert.Equal(shown.Magnet, Text(made, "magnet"));
        Assert.Equal(4, made.GetProperty("files").GetInt32());
        Assert.Equal(1 << 20, made.GetProperty("pieceBytes").GetInt32());
        var told = (await _alice.Ok("link", Path.Combine(_books, "long.bin"))).Output;
        var root = told["friendnet:file/".Length..].Split('-')[0];
        // Names by their bytes: '-' stands before '/', but "deep" before "deep-er.txt".
        Assert.Equal(
            ["books/deep/empty", "books/deep/er/ä 1%.txt", "books/deep-er.txt", "books/long.bin"],
            shown.Files.Select(line => line.Split(' ', 3)[2])
        );
        Assert.Equal($"{LongBytes} {root} books/long.bin", shown.Files[^1]);
        var bytes = made.GetProperty("bytes").GetInt64();
        Libtorrent.Seeds(file, Path.GetDirectoryName(_books)!, bytes);

        var one = Path.Combine(_alice.Folder("out"), "one.torrent");
        var magnet = (await _alice.Ok("torrent", "export", told.Trim(), "-o", one)).Output.Trim();
        Assert.Equal(Libtorrent.Show(one).Magnet, magnet);
        Libtorrent.Seeds(one, _books, LongBytes);
    }

    [Fact]
    public async Task OneThingHasManyNamesAndOneTorrent()
    {
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "long");
        var folder = (await _bob.Ok("search", "deep", "--json")).Json;
        var id = folder.EnumerateArray().First(hit => Text(hit, "name") == "deep");
        await Same("er/", Text(id, "id"), Path.Combine(_books, "deep"));
        var file = (await _bob.Ok("search", "long", "--json")).Json[0];
        var content = $"{Text(file, "root")}-{LongBytes}";
        await Same("", Path.Combine(_books, "long.bin"), Text(file, "id"), content);
        // What is shared under another name is called as on disk: clients look for it there.
        var library = (await _bob.Ok("browse", "Alice", "--json")).Json[0];
        Assert.Equal("library", Text(library, "name"));
        await Same("deep-er.txt", _books + "/", Text(library, "id"));

        async Task Same(string within, params string[] names)
        {
            var bytes = new List<byte[]>();
            foreach (var name in names)
                bytes.Add(await Exported(_alice, name));
            Assert.All(bytes, one => Assert.Equal(bytes[0], one));
            Assert.True(TorrentReader.TryRead(bytes[0], out var torrent, out _));
            Assert.Contains(torrent.Files, one => $"{one.Path}".Contains(within, default));
        }
    }

    [Fact]
    public async Task WhatAFriendHasIsExportedOnceItIsSharedHereToo()
    {
        await _bob.Until(all => all.GetArrayLength() > 0, "search", "long");
        var id = Text((await _bob.Ok("search", "long", "--json")).Json[0], "id");
        var out1 = Path.Combine(_bob.Folder("out"), "1");
        foreach (var what in (string[])["1", id])
        {
            var said = await _bob.Fails(
                FailureKind.NotFound,
                "torrent",
                "export",
                what,
                "-o",
                out1
            );
            Assert.Contains("long.bin is not among what you share", said, default);
        }

        Assert.False(File.Exists(out1));
        await _bob.Ok("get", id);
        await _bob.Ok("share", "add", _bob.Folder("downloads"));
        Assert.Equal(await Exported(_alice, id), await Exported(_bob, id));
    }

    [Fact]
    public async Task NothingIsReplacedUnasked()
    {
        var file = Path.Combine(_alice.Folder("out"), "books.torrent");
        await File.WriteAllTextAsync(file, "mine", Cancel);
        var said = await _alice.Fails(FailureKind.Exists, "torrent", "export", _books, "-o", file);
        Assert.Contains("--force", said, default);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, Cancel));
        await _alice.Ok("torrent", "export", _books, "-o", file, "--force");
        Assert.StartsWith("d4:infod", await File.ReadAllTextAsync(file, Cancel), default);
        Assert.Equal([file], Directory.GetFiles(_alice.Folder("out")));

        foreach (var place in (string[])[_alice.Folder("out"), _alice.Folder("out") + "/"])
            await _alice.Fails(FailureKind.Usage, "torrent", "export", _books, "-o", place);
        var nowhere = Path.Combine(_alice.Folder("out"), "no", "a.torrent");
        await _alice.Fails(FailureKind.Disk, "torrent", "export", _books, "-o", nowhere);
        await _alice.Fails(FailureKind.NotFound, "torrent", "export", "/etc", "-o", file + "2");
        Assert.Equal([file], Directory.GetFiles(_alice.Folder("out")));
    }

    [Fact]
    public async Task WhatIsNoTorrentForUsIsRefusedWithASentence()
    {
        var bytes = await Exported(_alice, _books);
        await Refused("cut off", bytes[..^1]);
        await Refused("cut off", [.. bytes, (byte)'e']);
        await Refused("no torrent of version 2", "de"u8.ToArray());
        await Refused("version 1", "d4:infod6:pieces0:ee"u8.ToArray());
        var forged = bytes.ToArray();
        forged[^10] ^= 1; // Within the layer of long.bin, which stands last.
        await Refused("piece layer", forged);
        var magnet = await _bob.Fails(FailureKind.Usage, "torrent", "import", "magnet:?xt=urn:x");
        Assert.Contains("does not list its files", magnet, default);
        await _bob.Fails(FailureKind.NotFound, "torrent", "import", "/nowhere.torrent");
        await _bob.Fails(FailureKind.Usage, "torrent", "import", _bob.Folder("out"));
        var large = _bob.File("large.torrent");
        await using (var file = File.OpenWrite(large))
            file.SetLength((32 << 20) + 1);
        await _bob.Fails(FailureKind.Usage, "torrent", "import", large);
        Assert.Empty((await _bob.Ok("transfer", "list", "--json")).Json.EnumerateArray());

        async Task Refused(string words, byte[] torrent)
        {
            var file = _bob.File("some.torrent");
            await File.WriteAllBytesAsync(file, torrent, Cancel);
            var said = await _bob.Fails(FailureKind.Usage, "torrent", "import", file);
            Assert.Contains(words, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NamesBecomeSafeOnesAsThoseOfFriendsDo()
    {
        const string empty = "d0:d6:lengthi0eee";
        var tree = $"3:a\u0001b{empty}3:a\u0002b{empty}2:\u00FF\u00FE{empty}";
        var torrent =
            $"d4:infod9:file treed{tree}e12:meta versioni2e4:name1:n12:piece lengthi16384eee";
        var file = _bob.File("some.torrent");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(torrent), Cancel);
        var into = _bob.Folder("into");
        await _bob.Ok("torrent", "import", file, "-o", into);
        await _bob.Ok("torrent", "import", file, "-o", into);
        Assert.Equal(
            ["n", "n (2)"],
            Directory.GetFileSystemEntries(into).Select(Path.GetFileName).Order()
        );
        Assert.Equal(
            ["__", "a_b", "a_b (2)"],
            Directory.GetFiles(Path.Combine(into, "n")).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public async Task QuietIsWhatItIsForGet()
    {
        var file = _bob.File("some.torrent");
        await File.WriteAllBytesAsync(file, await Exported(_alice, _books), Cancel);
        await _bob.Ok("torrent", "import", file, "--no-wait");
        await _bob.Ok("torrent", "import", file, "--no-wait", "--quiet");
        Assert.Equal(
            [false, true],
            _bob.Node.Downloads.List().OrderBy(one => one.Row.Id.Value).Select(o => o.Row.IsQuiet)
        );
    }

    [Fact]
    public async Task WhatNobodyHasWaits()
    {
        var file = _bob.File("some.torrent");
        var bytes = await Exported(_alice, _books);
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        await _alice.Ok("share", "remove", "library");
        await _bob.Until(all => all.GetArrayLength() == 0, "search", "long");
        var into = _bob.Folder("into");
        var said = await _bob.Say("torrent", "import", file, "-o", into, "--patience", "0");
        Assert.Equal((int)FailureKind.NoSource, said.Code);
        var waits = Assert.Single(
            (await _bob.Ok("transfer", "list", "--json")).Json.EnumerateArray()
        );
        Assert.Equal("waiting", Text(waits, "state"));
        // Whoever comes to have it is found.
        await _alice.Ok("share", "add", _books);
        await _bob.Ok("transfer", "watch", $"{waits.GetProperty("id").GetInt64()}");
        Assert.Equal(
            "what it says",
            await File.ReadAllTextAsync(Path.Combine(into, "books/deep/er/ä 1%.txt"), Cancel)
        );
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<byte[]> Exported(Person person, string what)
    {
        var file = Path.Combine(person.Folder("out"), "some.torrent");
        await person.Ok("torrent", "export", what, "-o", file, "--force");
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        File.Delete(file);
        return bytes;
    }

    private static string Text(JsonElement json, string field) =>
        json.GetProperty(field).GetString()!;
}
