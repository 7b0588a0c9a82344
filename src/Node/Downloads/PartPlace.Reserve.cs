using FriendNet.Node.Linux;
using FriendNet.Node.Shares;

namespace FriendNet.Node.Downloads;

internal sealed partial class PartPlace
{
    /// <summary>Takes a free name for the part, and makes it.</summary>
    /// <param name="isTaken">
    /// Whether another transfer's part has that name, be it gone now: it would take this for its
    /// own.
    /// </param>
    internal static string Reserve(
        Folder destination,
        string name,
        bool isFolder,
        Predicate<string> isTaken
    )
    {
        for (var number = 1; number < NamesMax; number++)
        {
            var part = SafeName.Numbered(name, number, isFolder, PartName.Suffix);
            if (isTaken(part))
                continue;
            if (isFolder && destination.TryMakeFolder(part))
                return part;
            if (isFolder)
                continue;
            var modes = OpenModes.New | OpenModes.Write;
            using var made = destination.TryOpenFile(part, modes, out var error);
            if (made is not null)
                return part;
            if (error != DiskException.Exists)
                throw new DiskException(error, part);
        }

        throw new DownloadRefusedException($"Too many unfinished downloads are named {name}.");
    }

    /// <summary>Gives back what was reserved for a transfer that could not be stored.</summary>
    internal static void Release(Folder destination, TransferRow row)
    {
        try
        {
            _ = row.IsFolder
                ? destination.RemoveFolder(row.PartName)
                : destination.RemoveFile(row.PartName);
        }
        catch (DiskException)
        {
            // Why it could not be stored is what is told; an empty part is in nobody's way.
        }
    }
}
