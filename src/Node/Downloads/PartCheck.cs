using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Downloads;

/// <summary>
/// Hashes again what is recorded of a part that somebody else may have written to: what is not
/// right any more is forgotten. For one thread.
/// </summary>
/// <param name="recorded">The root of a run, by its number in the transfer.</param>
internal sealed class PartCheck(TransferContent content, Func<int, Hash256?> recorded)
{
    private readonly RunHasher _hasher = new();
    private readonly byte[] _bytes = new byte[MerkleTree.RunBytes];

    /// <returns>False: it did not go on to the end.</returns>
    internal bool Verify(Folder folder, string path, int file, Func<bool> goesOn)
    {
        using var part = folder.TryOpenFile(path, OpenModes.None, out _);
        if (part is null)
        {
            content.Forget(file);
            return true;
        }

        using var reading = new SafeFileHandle(part.Number, ownsHandle: false);
        var map = content.Map;
        for (var run = 0; run < map.Count(file); run++)
        {
            if (!content.Have[map.First(file) + run])
                continue;
            if (!goesOn())
                return false;
            if (!IsRight(reading, file, run))
                content.Have.Clear(map.First(file) + run);
        }

        return true;
    }

    private bool IsRight(SafeFileHandle part, int file, int run)
    {
        if (content.RootOf(file, run, recorded) is not { } root)
            return false;
        var length = content.Files[file].Id.Length;
        var bytes = _bytes.AsSpan(0, MerkleTree.RunLength(length, run));
        if (!TryRead(part, bytes, (long)run * MerkleTree.RunBytes))
            return false;
        _hasher.Begin(length, run);
        _hasher.Append(bytes);
        return _hasher.Finish() == root;
    }

    private static bool TryRead(SafeFileHandle part, Span<byte> bytes, long offset)
    {
        try
        {
            for (var done = 0; done < bytes.Length; )
            {
                var count = RandomAccess.Read(part, bytes[done..], offset + done);
                if (count == 0)
                    return false;
                done += count;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is fetched again; a disk that failed says so when it is written.
            return false;
        }
    }
}
