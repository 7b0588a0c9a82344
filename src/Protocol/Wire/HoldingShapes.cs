using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Wire;

/// <summary>The rules of messages about partial holders that need no state.</summary>
internal static class HoldingShapes
{
    internal static bool Fits(Seeks seeks) =>
        seeks.Nonce.Length == Limits.SeekNonceBytes
        && seeks.Tags.Length % sizeof(ulong) == 0
        && seeks.Tags.Length / sizeof(ulong) <= Limits.SeeksMax;

    // No file has more runs than an int counts: sums below cannot overflow.
    internal static bool Fits(Held held) =>
        held.Tag < Limits.SeeksMax
        && held.First <= Limits.FileBytesMax / Limits.FetchBytesMax
        && held.Bits.Length is > 0 and <= Limits.HeldBitsBytesMax;
}
