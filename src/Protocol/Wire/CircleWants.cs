using System.Buffers.Binary;
using FriendNet.Protocol.Bounds;
using Google.Protobuf;

namespace FriendNet.Protocol.Wire;

/// <summary>One want of a <see cref="CircleRequest"/>.</summary>
/// <param name="Root">A tag, or if short only its first 4 bytes.</param>
/// <param name="Have">Tag of the root to lead from; 0: nothing.</param>
public readonly record struct CircleWanting(ulong Root, bool IsShort, ulong Have)
{
    /// <summary>Whether a catalog with this tag is meant.</summary>
    public bool Means(ulong tag) => (IsShort ? tag & uint.MaxValue : tag) == Root;
}

/// <summary>
/// Wants of a <see cref="CircleRequest"/> in their order: named ones first, then fresh ones, which
/// cost 4 bytes instead of 11. Hubs are asked for everything by everybody.
/// </summary>
public static class CircleWants
{
    internal const int FreshBytes = sizeof(uint);

    public static int Count(CircleRequest request) =>
        request.Wants.Count + (request.Fresh.Length / FreshBytes);

    public static CircleWanting At(CircleRequest request, int want)
    {
        if (want < request.Wants.Count)
            return new(request.Wants[want].Root, false, request.Wants[want].Have);
        var at = (want - request.Wants.Count) * FreshBytes;
        return new(BinaryPrimitives.ReadUInt32LittleEndian(request.Fresh.Span[at..]), true, 0);
    }

    /// <param name="wants">Tags of roots, and of what is held: those without come last.</param>
    /// <param name="isFull">No tag is to be shortened.</param>
    public static CircleRequest Of(IReadOnlyList<(ulong Root, ulong Have)> wants, bool isFull)
    {
        var request = new CircleRequest();
        var fresh = wants.Count;
        while (!isFull && fresh > 0 && wants[fresh - 1].Have == 0)
            fresh--;
        for (var want = 0; want < fresh; want++)
            request.Wants.Add(new CircleWant { Root = wants[want].Root, Have = wants[want].Have });
        var tags = new byte[(wants.Count - fresh) * FreshBytes];
        for (var want = fresh; want < wants.Count; want++)
        {
            var at = tags.AsSpan((want - fresh) * FreshBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(at, unchecked((uint)wants[want].Root));
        }

        request.Fresh = UnsafeByteOperations.UnsafeWrap(tags);
        return request;
    }

    internal static bool Fits(CircleRequest request) =>
        Count(request) is > 0 and <= Limits.CircleWantsMax
        && request.Fresh.Length % FreshBytes == 0
        && request.Wants.All(want => want.Root != 0);
}
