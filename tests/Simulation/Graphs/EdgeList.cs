using System.Globalization;
using System.IO.Compression;

namespace FriendNet.Simulation.Graphs;

/// <summary>
/// Reads a graph from text: two numbers a line, '#' begins a comment; plain or gzip. People get
/// new numbers in the order in which they first appear.
/// </summary>
internal static class EdgeList
{
    private static readonly byte[] Gzip = [0x1F, 0x8B];

    internal static Graph Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2;
        isGzip = isGzip && magic.SequenceEqual(Gzip);
        file.Position = 0;
        using Stream text = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        return Read(reader);
    }

    /// <exception cref="FormatException">A line is not two numbers.</exception>
    internal static Graph Read(TextReader reader)
    {
        var numbers = new Dictionary<long, int>();
        var edges = new List<(int, int)>();
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            var parts = text.Split('#')[0]
                .Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                continue;
            if (
                parts.Length < 2
                || Number(parts[0]) is not { } one
                || Number(parts[1]) is not { } b
            )
                throw new FormatException($"Line {line} is not two numbers: {text}");
            edges.Add((one, b));
        }

        return new Graph(numbers.Count, edges);

        int? Number(string part)
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return null;
            if (!numbers.TryGetValue(id, out var number))
                numbers.Add(id, number = numbers.Count);
            return number;
        }
    }
}
