using System.Buffers.Binary;
using System.Text;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Demo;

/// <summary>
/// Looks for pieces of a folder in what somebody recorded: 16 bytes of every 4 KiB of its files, at
/// any place in the record; and the names of its files and folders.
/// </summary>
public sealed class CaptureProof
{
    private const int SampleBytes = 16;
    private const int SampleEveryBytes = 4096;
    private const int BlockBytes = 1 << 20;
    private const int KeyBytes = sizeof(ulong);
    private const int FilterBits = 20;
    private const int WordBits = 6;

    /// <summary>2^64 divided by the golden ratio: spreads what is alike.</summary>
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    private readonly List<byte[]> _pieces = [];
    private readonly Dictionary<ulong, List<int>> _byStart = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - WordBits)];
    private readonly string _folder;
    private readonly List<string> _files;

    /// <param name="ids">What else should not be found, such as the roots of the files.</param>
    public CaptureProof(string folder, IEnumerable<byte[]> ids)
    {
        _folder = folder;
        _files = [.. DemoFolder.FilesOf(folder).Select(file => file.Path)];
        foreach (var file in _files)
        {
            Sample(Path.Combine(folder, file));
        }

        Samples = _pieces.Count;
        var names = _files.SelectMany(file => file.Split('/')).Append(Path.GetFileName(folder));
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            Add(Encoding.UTF8.GetBytes(name));
        }

        Names = _pieces.Count - Samples;
        foreach (var id in ids)
        {
            Add(id);
        }
    }

    public int Samples { get; }

    public int Names { get; }

    public int Pieces => _pieces.Count;

    /// <returns>How many of the pieces are in it.</returns>
    public int Find(string record)
    {
        using var file = File.OpenRead(record);
        return Find([file]);
    }

    /// <summary>
    /// The same search in what the folder itself holds: it has to find every piece, else it
    /// proves nothing.
    /// </summary>
    public int FindInItself()
    {
        var said = new MemoryStream(_pieces.Skip(Samples).SelectMany(piece => piece).ToArray());
        return Find([.. _files.Select(file => File.OpenRead(Path.Combine(_folder, file))), said]);
    }

    private int Find(List<Stream> streams)
    {
        var found = new HashSet<int>();
        foreach (var stream in streams)
        {
            using (stream)
            {
                Find(stream, found);
            }
        }

        return found.Count;
    }

    // What the longest piece may need of the next block is kept in front of it.
    private void Find(Stream stream, HashSet<int> found)
    {
        var block = new byte[BlockBytes];
        var held = 0;
        while (stream.Read(block, held, block.Length - held) is var read and > 0)
        {
            held += read;
            Find(block.AsSpan(0, held), found);
            var kept = Math.Min(held, Limits.NameBytesMax);
            block.AsSpan(held - kept, kept).CopyTo(block);
            held = kept;
        }
    }

    private void Find(ReadOnlySpan<byte> bytes, HashSet<int> found)
    {
        for (var at = 0; at + KeyBytes <= bytes.Length; at++)
        {
            var start = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            if (!MayBegin(start) || !_byStart.TryGetValue(start, out var pieces))
            {
                continue;
            }

            foreach (var piece in pieces)
            {
                if (bytes[at..].StartsWith(_pieces[piece]))
                {
                    found.Add(piece);
                }
            }
        }
    }

    private void Sample(string file)
    {
        var bytes = File.ReadAllBytes(file);
        for (var at = 0; at + SampleBytes <= bytes.Length; at += SampleEveryBytes)
        {
            Add(bytes.AsSpan(at, SampleBytes).ToArray());
        }
    }

    /// <param name="piece">Eight bytes at least.</param>
    private void Add(byte[] piece)
    {
        var start = BinaryPrimitives.ReadUInt64LittleEndian(piece);
        var slot = Slot(start);
        _filter[slot >> WordBits] |= 1UL << (slot & ((1 << WordBits) - 1));
        _byStart.TryAdd(start, []);
        _byStart[start].Add(_pieces.Count);
        _pieces.Add(piece);
    }

    // 128 KiB that the processor keeps at hand, asked at every byte of the record.
    private bool MayBegin(ulong start)
    {
        var slot = Slot(start);
        return (_filter[slot >> WordBits] >> (slot & ((1 << WordBits) - 1)) & 1) != 0;
    }

    private static int Slot(ulong start) =>
        (int)(unchecked(start * Spread) >> (KeyBytes * 8 - FilterBits));
}
