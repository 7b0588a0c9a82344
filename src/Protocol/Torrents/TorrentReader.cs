using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Torrents;

/// <summary>
/// Reads v2 torrents, and the v2 part of hybrids (BEP 52). Piece layers may be missing, since a
/// file is fetched by its root; one that is there must hash to it.
/// </summary>
public sealed class TorrentReader
{
    private readonly List<TorrentFile> _files = [];
    private readonly HashSet<Hash256> _checked = [];
    private readonly BEncodedDictionary? _layers;
    private readonly long _pieceBytes;
    private long _pathBytes;

    private TorrentReader(long pieceBytes, BEncodedDictionary? layers) =>
        (_pieceBytes, _layers) = (pieceBytes, layers);

    /// <summary>False, and why: none, or not to be fetched here.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out Torrent? torrent,
        out TorrentFault fault
    )
    {
        torrent = null;
        if (!BEncodedReader.TryRead(bytes, out var value))
            fault = TorrentFault.NotBEncoded;
        else if (
            value is not BEncodedDictionary top
            || !top.TryGet("info"u8, out BEncodedDictionary? info)
        )
            fault = TorrentFault.NotTorrent;
        else
            fault = Read(top, info, out torrent);
        return fault == TorrentFault.None;
    }

    private static TorrentFault Read(
        BEncodedDictionary top,
        BEncodedDictionary info,
        out Torrent? torrent
    )
    {
        torrent = null;
        if (!info.TryGet("meta version"u8, out BEncodedNumber? version))
            return info.TryGet("pieces"u8, out BEncodedString? _)
                ? TorrentFault.OnlyVersion1
                : TorrentFault.NotTorrent;
        if (version.Number != 2)
            return TorrentFault.UnknownVersion;
        if (!info.TryGet("file tree"u8, out BEncodedDictionary? tree))
            return TorrentFault.NotTorrent;
        if (
            !info.TryGet("piece length"u8, out BEncodedNumber? piece)
            || !PieceLayer.IsPieceLength(piece.Number)
        )
            return TorrentFault.BadPieceLength;
        if (!info.TryGet("name"u8, out BEncodedString? name) || !IsName(name.Bytes))
            return TorrentFault.BadName;
        var hasLayers = top.TryGet("piece layers"u8, out BEncodedValue? said);
        var layers = said as BEncodedDictionary;
        if (hasLayers && layers is null)
            return TorrentFault.NotTorrent;
        var reader = new TorrentReader(piece.Number, layers);
        var fault = reader.Folder(tree, "", 0, 1);
        if (fault != TorrentFault.None)
            return fault;
        if (reader._files.Count == 0)
            return TorrentFault.NoFiles;
        var hash = new Hash256(SHA256.HashData(info.Received.Span));
        torrent = new(hash, Text(name), !IsSingle(tree, name), piece.Number, reader._files);
        return TorrentFault.None;
    }

    // A folder that holds nothing but a file of its own name is told from it by nothing.
    private static bool IsSingle(BEncodedDictionary tree, BEncodedString name) =>
        tree.Entries is [var (key, node)]
        && key.Bytes.SequenceEqual(name.Bytes)
        && node is BEncodedDictionary { Entries: [({ Bytes.Length: 0 }, _)] };

    private TorrentFault Folder(
        BEncodedDictionary folder,
        string prefix,
        int prefixBytes,
        int depth
    )
    {
        foreach (var (key, value) in folder.Entries)
        {
            if (!IsName(key.Bytes) || depth > Limits.PathDepthMax)
                return TorrentFault.BadName;
            if (value is not BEncodedDictionary node)
                return TorrentFault.BadFile;
            var bytes = prefixBytes + key.Bytes.Length;
            if (bytes > Limits.PathBytesMax)
                return TorrentFault.BadName;
            _pathBytes += bytes;
            if (_pathBytes > Limits.TorrentPathBytesMax)
                return TorrentFault.TooManyFiles;
            var path = prefix + Text(key);
            var isFile = node.TryGet(""u8, out BEncodedDictionary? leaf);
            // Beside what is a file stands nothing.
            var fault =
                !isFile ? Folder(node, path + "/", bytes + 1, depth + 1)
                : node.Entries.Count > 1 ? TorrentFault.BadFile
                : File(leaf!, path);
            if (fault != TorrentFault.None)
                return fault;
        }

        return TorrentFault.None;
    }

    private TorrentFault File(BEncodedDictionary leaf, string path)
    {
        // BEP 47: padding is no file, and a link is not made for anybody.
        if (
            leaf.TryGet("attr"u8, out BEncodedString? marks)
            && marks.Bytes.ContainsAny((byte)'p', (byte)'l')
        )
            return TorrentFault.None;
        if (_files.Count >= Limits.TorrentFilesMax)
            return TorrentFault.TooManyFiles;
        if (
            !leaf.TryGet("length"u8, out BEncodedNumber? length)
            || length.Number is < 0 or > Limits.FileBytesMax
        )
            return TorrentFault.BadFile;
        Hash256 root = default;
        if (length.Number > 0)
        {
            if (
                !leaf.TryGet("pieces root"u8, out BEncodedString? said)
                || said.Bytes.Length != Hash256.Size
            )
                return TorrentFault.BadFile;
            root = new(said.Bytes);
            if (root.IsZero)
                return TorrentFault.BadFile;
        }

        var content = new ContentId(root, length.Number);
        _files.Add(new(path, content));
        return HasBadLayer(content) ? TorrentFault.BadLayer : TorrentFault.None;
    }

    private bool HasBadLayer(ContentId file)
    {
        var count = PieceLayer.Count(file.Length, _pieceBytes);
        if (count == 0 || _layers is null)
            return false;
        Span<byte> root = stackalloc byte[Hash256.Size];
        file.Root.CopyTo(root);
        if (!_layers.TryGet(root, out BEncodedValue? said))
            return false;
        if (said is not BEncodedString layer || layer.Bytes.Length != count * Hash256.Size)
            return true;
        // Once for each root: a thousand files may be the same one.
        return _checked.Add(file.Root) && !PieceLayer.Verify(layer.Bytes, file, _pieceBytes);
    }

    private static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= Limits.NameBytesMax
        && !name.ContainsAny((byte)'/', (byte)0)
        && !name.SequenceEqual("."u8)
        && !name.SequenceEqual(".."u8);

    private static string Text(BEncodedString name) => Encoding.UTF8.GetString(name.Bytes);
}
