using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>A folder's entries, as a table.</summary>
internal static class Listing
{
    public static void Say(Call call, IReadOnlyList<Entry> entries)
    {
        var table = new TextTable("NAME", "SIZE", "FILES", "FRIEND", "ID");
        foreach (var entry in entries)
        {
            table.Add(
                entry.Kind == "folder" ? $"{entry.Name}/" : entry.Name,
                Amount.Bytes(entry.Size),
                Amount.Count(entry.Files),
                entry.Friend,
                entry.Id
            );
        }

        table.Write(call.Screen);
        call.HintIf(entries.Count == 0, "Nothing here.");
    }
}
