using System.Globalization;
using FriendNet.Simulation.Nodes;

namespace FriendNet.Simulation.Worlds;

/// <summary>What happened to one node: a running hash, and lines to read where they are wanted.
/// </summary>
internal sealed class Trace(int node)
{
    private List<string>? _lines;

    internal ulong Hash { get; private set; }

    internal IReadOnlyList<string> Lines => _lines ?? [];

    internal bool HasLines => _lines is not null;

    internal void KeepLines() => _lines ??= [];

    internal void Note(in Arrival arrival, ulong content)
    {
        var hash = Seeds.Mix(Hash ^ (ulong)arrival.At);
        hash = Seeds.Mix(hash ^ (ulong)arrival.Link ^ ((ulong)arrival.Kind << 56));
        Hash = Seeds.Mix(hash ^ (uint)arrival.Bytes ^ content);
        if (_lines is not null)
            Say(
                arrival.At,
                $"{arrival.Kind} {Name(arrival.Link)} {Words.Of(arrival.Body)} {arrival.Bytes} B"
            );
    }

    /// <summary>A line for people; no part of the hash.</summary>
    internal void Say(long at, string what) =>
        _lines?.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{at / (double)World.Second, 10:F6}s n{node} {what}"
            )
        );

    // Who dialed it, and which of its dials; a path by its number.
    internal static string Name(long link) =>
        link == 0 ? ""
        : link >= SimNode.PathLinks ? $"path#{link & uint.MaxValue}"
        : $"n{link >> 32}#{link & uint.MaxValue}";
}
