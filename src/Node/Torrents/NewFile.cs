using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Torrents;

/// <summary>Writes a file that is there whole or not at all, also over a power cut.</summary>
public static class NewFile
{
    /// <param name="path">Absolute.</param>
    /// <param name="mayReplace">Else what stands there stays.</param>
    /// <exception cref="FailureException">Something stands there.</exception>
    /// <exception cref="DiskException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool mayReplace)
    {
        var name = Path.GetFileName(path);
        using var folder = Folder.Open(Path.GetDirectoryName(path) ?? path);
        var isThere = folder.TryStat(name, out var stat);
        if (name.Length == 0 || (isThere && stat.Kind == FileKind.Directory))
            throw new FailureException(
                FailureKind.Usage,
                $"{path} is a folder: say the name of a file in it."
            );
        if (isThere && !mayReplace)
            throw Exists(path);
        var part = PartPlace.Reserve(folder, name, isFolder: false, static _ => false);
        try
        {
            using (var file = folder.OpenFile(part, OpenModes.Write))
            {
                file.Write(bytes, 0);
                file.Sync();
            }

            if (mayReplace)
                File.Move(Path.Join(Path.GetDirectoryName(path), part), path, overwrite: true);
            else if (!folder.TryRename(part, name))
                throw Exists(path);
        }
        catch
        {
            folder.RemoveFile(part);
            throw;
        }

        folder.Sync();
    }

    private static FailureException Exists(string path) =>
        new(FailureKind.Exists, $"{path} exists already: choose another name, or say --force.");
}
