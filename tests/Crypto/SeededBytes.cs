namespace FriendNet.Tests.Crypto;

/// <summary>Bytes that are the same in every run, and no seed's like another's.</summary>
internal static class SeededBytes
{
    internal static byte[] Of(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
