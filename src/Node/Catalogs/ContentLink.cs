using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// <c>friendnet:file/ROOT-LENGTH/NAME</c>: names a content to whoever has a way to it, and is no
/// key: it gives nobody a right to the bytes. The name is percent-encoded, and a proposal.
/// </summary>
public readonly record struct ContentLink(ContentId Content, string Name)
{
    public const string Scheme = "friendnet:file/";

    /// <summary>White space around the link is forgiven, nothing within.</summary>
    public static bool TryParse(string text, out ContentLink link)
    {
        link = default;
        text = text.Trim();
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = text[Scheme.Length..].Split('/');
        if (parts is not [var id, var said] || !CatalogBrowse.TryParseContent(id, out var content))
        {
            return false;
        }

        var name = Uri.UnescapeDataString(said);
        if (name.Contains('/', StringComparison.Ordinal) || !CatalogPath.TryParse(name, out _))
        {
            return false;
        }

        link = new(content, name);
        return true;
    }

    public override string ToString() => $"{Scheme}{Content}/{Uri.EscapeDataString(Name)}";
}
