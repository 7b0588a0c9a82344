using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Demo;

/// <summary>
/// Two folders hold the same files with the same bytes, or the first difference.
/// </summary>
public static class TreeProof
{
    private const int BlockBytes = 1024 * 1024;

    /// <returns>How many files and bytes were compared.</returns>
    /// <exception cref="FailureException">Names the first file that differs.</exception>
    public static (long Files, long Bytes) Compare(
        string source,
        string result,
        CancellationToken cancel
    )
    {
        var offered = FilesOf(source);
        var got = FilesOf(result);
        // What a name may not hold here stands there as '_'.
        var paths = new SafePaths();
        var wanted = offered.ToDictionary(file => paths.Add(file) ?? file, StringComparer.Ordinal);
        if (!got.ToHashSet(StringComparer.Ordinal).SetEquals(wanted.Keys))
        {
            var odd = wanted.Keys.Except(got).Concat(got.Except(wanted.Keys)).First();
            throw Differs(odd, $"{wanted.Count} files were offered, {got.Count} arrived");
        }

        var one = new byte[BlockBytes];
        var other = new byte[BlockBytes];
        long bytes = 0;
        foreach (var file in got)
        {
            cancel.ThrowIfCancellationRequested();
            bytes += Compare(
                file,
                Path.Combine(source, wanted[file]),
                Path.Combine(result, file),
                one,
                other
            );
        }

        return (got.Count, bytes);
    }

    private static long Compare(string name, string source, string result, byte[] one, byte[] other)
    {
        using var a = File.OpenHandle(source);
        using var b = File.OpenHandle(result);
        var length = RandomAccess.GetLength(a);
        if (length != RandomAccess.GetLength(b))
        {
            throw Differs(name, "the lengths differ");
        }

        for (long at = 0; at < length; at += BlockBytes)
        {
            var count = (int)Math.Min(BlockBytes, length - at);
            if (!Read(a, one, at, count).SequenceEqual(Read(b, other, at, count)))
            {
                throw Differs(name, $"within the bytes from {at} on");
            }
        }

        return length;
    }

    private static ReadOnlySpan<byte> Read(
        Microsoft.Win32.SafeHandles.SafeFileHandle file,
        byte[] buffer,
        long at,
        int count
    )
    {
        var read = 0;
        while (read < count)
        {
            var more = RandomAccess.Read(file, buffer.AsSpan(read, count - read), at + read);
            if (more == 0)
            {
                break;
            }

            read += more;
        }

        return buffer.AsSpan(0, read);
    }

    private static List<string> FilesOf(string folder) =>
        [.. DemoFolder.FilesOf(folder).Select(file => file.Path).Order(StringComparer.Ordinal)];

    private static FailureException Differs(string file, string how) =>
        new(
            FailureKind.Corrupt,
            $"The fetched folder is not the source: {file}: {how}. If something writes there just "
                + "now, choose another folder with --folder."
        );
}
