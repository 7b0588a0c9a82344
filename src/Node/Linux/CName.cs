using System.Text;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Linux;

/// <summary>Names as the kernel wants them: UTF-8 with a zero at the end.</summary>
internal static class CName
{
    internal const int Max = Limits.PathBytesMax + 1;

    /// <exception cref="DiskException">Too long, or with a zero inside.</exception>
    internal static ReadOnlySpan<byte> Write(ReadOnlySpan<char> name, Span<byte> buffer)
    {
        if (name.Contains('\0'))
            throw new DiskException(DiskException.Invalid, "A name with a zero byte");
        if (!Encoding.UTF8.TryGetBytes(name, buffer[..^1], out var bytes))
            throw new DiskException(DiskException.NameTooLong, "a path");
        buffer[bytes] = 0;
        return buffer[..(bytes + 1)];
    }
}
