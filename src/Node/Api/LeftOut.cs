using FriendNet.Node.Catalogs;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Api;

/// <summary>Who is not shown a share because it is too much, in words.</summary>
public sealed class LeftOut(Views views, FriendStore store)
{
    /// <summary>Stands for friends of friends, as in audiences.</summary>
    private const string Circle = "circle";
    private const int NamesMax = 3;
    private readonly FriendNames _names = new(store);

    /// <summary>Names, and <c>circle</c>; none: all who may see it are shown it.</summary>
    public IReadOnlyList<string> Of(SharedFolder share)
    {
        try
        {
            return
            [
                .. views
                    .LeftOut(new VisibleShare(share.Id, share.Name))
                    .Select(viewer => viewer == Views.Circle ? Circle : _names.Of(viewer))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // An index that cannot be read says so by itself, in the share's own sentence.
            return [];
        }
    }

    /// <param name="viewers">One at least.</param>
    public static string Say(IReadOnlyList<string> viewers)
    {
        var rest = viewers.Count - NamesMax;
        var names = string.Join(", ", viewers.Take(NamesMax));
        var who = rest > 0 ? $"{names} and {rest:N0} more" : names;
        return $"Too much for {who}, who is shown nothing of it: nobody takes more than "
            + $"{Limits.CatalogEntriesMax:N0} files, {Limits.CatalogFoldersMax:N0} folders and "
            + $"{Limits.CatalogBytesMax / (1 << 20)} MiB of names from one person, and older "
            + "shares come first. Share some of its folders instead.";
    }
}
