using System.Runtime.InteropServices;

namespace FriendNet.Bench.EndToEnd;

/// <summary>Most bytes of one end at once.</summary>
/// <param name="Peak">Resident, pages of mapped files among them (VmHWM).</param>
/// <param name="Anonymous">Resident and of no file (RssAnon).</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Memory(long Peak, long Anonymous)
{
    internal Memory Most(Memory other) =>
        new(Math.Max(Peak, other.Peak), Math.Max(Anonymous, other.Anonymous));
}

/// <summary>What one fetch cost: both ends, their children included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cost(
    double WallSeconds,
    double CpuSeconds,
    Memory Source,
    Memory Sink
)
{
    /// <summary>Bytes that both ends' heaps gave out; null: not told.</summary>
    internal long? Allocated { get; init; }
}
