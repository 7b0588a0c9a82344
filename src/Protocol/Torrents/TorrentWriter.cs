using System.Runtime.InteropServices;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Torrents;

/// <summary>
/// Makes v2 torrents (BEP 52), of the same files always the same bytes: no date, no maker, no
/// tracker, nothing that tells who made it.
/// </summary>
public static class TorrentWriter
{
    /// <summary>
    /// So many hashes in layers make pieces longer: 2 MiB of them, for 64 GiB of content.
    /// </summary>
    public const long HashesMax = 65_536;

    /// <summary>The bytes of a .torrent.</summary>
    /// <param name="files">Paths unique, names valid; one file, named so, is no folder.</param>
    /// <param name="runs">Gives the layer of runs of a file over 1 MiB; it is changed.</param>
    /// <exception cref="ArgumentException">A name stands twice.</exception>
    public static byte[] Write(
        string name,
        IReadOnlyList<TorrentFile> files,
        Func<ContentId, Hash256[]> runs
    )
    {
        var pieceBytes = PieceLayer.LengthFor(files, HashesMax);
        var tree = new FolderNode();
        foreach (var file in files)
            tree.Add(file.Path, file.Content);
        var layers = files
            .Select(file => file.Content)
            .Where(content => PieceLayer.Count(content.Length, pieceBytes) > 0)
            .DistinctBy(content => content.Root)
            .Select(content =>
                (Hashes([content.Root]), (BEncodedValue)Layer(runs(content), pieceBytes))
            );
        return Of(
                (
                    "info",
                    Of(
                        ("file tree", tree.ToValue()),
                        ("meta version", new BEncodedNumber(2)),
                        ("name", Text(name)),
                        ("piece length", new BEncodedNumber(pieceBytes))
                    )
                ),
                ("piece layers", new BEncodedDictionary(layers))
            )
            .Encode();
    }

    private static BEncodedString Layer(Hash256[] runs, long pieceBytes) =>
        Hashes(PieceLayer.FromRuns(runs, pieceBytes));

    private static BEncodedDictionary Of(params (string Key, BEncodedValue Value)[] entries) =>
        new(entries.Select(entry => (Text(entry.Key), entry.Value)));

    private static BEncodedString Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static BEncodedString Hashes(ReadOnlySpan<Hash256> hashes) =>
        new(MemoryMarshal.AsBytes(hashes).ToArray());

    /// <summary>A folder under way.</summary>
    private sealed class FolderNode
    {
        private readonly Dictionary<string, FolderNode> _folders = new(StringComparer.Ordinal);
        private readonly List<(string Name, ContentId Content)> _files = [];

        internal void Add(ReadOnlySpan<char> path, ContentId content)
        {
            var folder = this;
            for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/'))
            {
                folder = folder.Folder(path[..slash].ToString());
                path = path[(slash + 1)..];
            }

            folder._files.Add((path.ToString(), content));
        }

        internal BEncodedDictionary ToValue() =>
            new([
                .. _folders.Select(folder =>
                    (Text(folder.Key), (BEncodedValue)folder.Value.ToValue())
                ),
                .. _files.Select(file =>
                    (Text(file.Name), (BEncodedValue)Of(("", File(file.Content))))
                ),
            ]);

        private FolderNode Folder(string name) =>
            _folders.TryGetValue(name, out var known) ? known : _folders[name] = new();

        private static BEncodedDictionary File(ContentId content) =>
            content.Length == 0
                ? Of(("length", new BEncodedNumber(0)))
                : Of(
                    ("length", new BEncodedNumber(content.Length)),
                    ("pieces root", Hashes([content.Root]))
                );
    }
}
