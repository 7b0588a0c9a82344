using System.Buffers;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

/// <summary>Catalogs made from a seed, and the plainest way to hash them.</summary>
internal static class Sample
{
    internal static CatalogPath Path(string text)
    {
        Assert.True(CatalogPath.TryParse(text, out var path), text);
        return path;
    }

    internal static ContentId Content(Random random, long length)
    {
        var root = new byte[32];
        random.NextBytes(root);
        return length == 0 ? default : new ContentId(new Hash256(root), length);
    }

    internal static CatalogEntry Entry(Random random, string path) =>
        new(
            Path(path),
            Content(random, random.Next(20) == 0 ? 0 : random.NextInt64(1, 1L << 33)),
            random.NextInt64(1_000_000_000, 2_000_000_000)
        );

    /// <summary>Albums with tracks, as people share them; paths differ.</summary>
    internal static List<CatalogEntry> Entries(int seed, int count, string share = "Music")
    {
        var random = new Random(seed);
        string[] words = ["River", "Blue", "Night", "Café", "Storm", "Paper", "Glass", "Lantern"];
        string Word() => words[random.Next(words.Length)];
        var entries = new List<CatalogEntry>(count);
        for (var i = 0; i < count; i++)
        {
            var album = i / 12;
            var folder = $"{share}/{words[album % 8]} {words[album / 8 % 8]}/{album:D5} {Word()}";
            entries.Add(Entry(random, $"{folder}/{i % 12:D2} {Word()} {Word()} {i:x}.flac"));
        }

        return entries;
    }

    internal static CatalogHead Head(IEnumerable<CatalogEntry> entries)
    {
        var items = entries.ToList();
        return new CatalogHead(NaiveRoot(items), items.Count, items.Sum(e => e.Content.Length));
    }

    /// <summary>The definition in docs/protocol, word by word.</summary>
    internal static Hash256 NaiveRoot(IEnumerable<CatalogEntry> entries) =>
        NaiveNode([.. entries.Select(e => e.Item()).OrderBy(i => i.Key)], 0);

    private static Hash256 NaiveNode(List<TreeItem> items, int depth)
    {
        if (items.Count == 0)
            return default;
        IEnumerable<byte> input =
            items.Count <= 32
                ? [1, .. items.SelectMany(i => (byte[])[.. i.Key.ToArray(), .. i.Digest.ToArray()])]
                :
                [
                    2,
                    .. Enumerable
                        .Range(0, 16)
                        .Select(n => items.Where(i => TreeHash.Nibble(i.Key.ToArray(), depth) == n))
                        .SelectMany(child => NaiveNode([.. child], depth + 1).ToArray()),
                ];
        return new Hash256(SHA256.HashData([.. input]));
    }

    internal static byte[] Delta(Hash256 from, CatalogHead to, IEnumerable<DeltaStep> steps)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, new DeltaHeader(from, to));
        foreach (var step in steps)
            writer.Add(step);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Full(List<CatalogEntry> entries) =>
        Delta(default, Head(entries), entries.Select(DeltaStep.Upsert));

    /// <summary>Reads in pieces; last comes End or Malformed, or NeedsInput if cut.</summary>
    internal static (DeltaStatus Last, List<DeltaStep> Steps, DeltaHeader Header) Read(
        byte[] bytes,
        int piece = int.MaxValue,
        long plainBytesMax = DeltaReader.PlainBytesDefault
    )
    {
        using var reader = new DeltaReader(plainBytesMax);
        var steps = new List<DeltaStep>();
        for (var at = 0; at < bytes.Length; at += piece)
        {
            if (bytes.Length - at < piece)
                piece = bytes.Length - at;
            ReadOnlySpan<byte> input = bytes.AsSpan(at, piece);
            while (true)
            {
                var status = reader.Read(ref input, out var step);
                if (status == DeltaStatus.Step)
                    steps.Add(step);
                if (status == DeltaStatus.Malformed)
                    return (status, steps, reader.Header);
                if (status is DeltaStatus.NeedsInput or DeltaStatus.End)
                    break;
            }
        }

        ReadOnlySpan<byte> none = [];
        return (reader.Read(ref none, out _), steps, reader.Header);
    }
}
