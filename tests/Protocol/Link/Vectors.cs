using FriendNet.Tests.Style;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>docs/vectors/link.txt: lines of "name = value"; others are comments.</summary>
internal static class Vectors
{
    private static readonly Dictionary<string, string> Values = File.ReadLines(
            Path.Combine(SourceTree.Root, "docs", "vectors", "link.txt")
        )
        .Select(line => line.Split(" = "))
        .Where(parts => parts.Length == 2)
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    internal static string Read(string name) => Values[name];

    internal static byte[] Bytes(string name) => Convert.FromHexString(Values[name]);
}
