using System.Globalization;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Friendship;

namespace FriendNet.Node.Api;

/// <summary>
/// What somebody means: the number of a search result, an id, "root-length", or a link.
/// </summary>
public sealed class Chosen(CatalogBrowse catalogs, SearchEndpoints search)
{
    /// <exception cref="FailureException">None of these, or nothing is known of it.</exception>
    public Resolved Require(string what)
    {
        if (ContentLink.TryParse(what, out var link))
        {
            return catalogs.Resolve(link.Content) with { Names = [link.Name] };
        }

        if (what.Trim().StartsWith(Invitation.Scheme, StringComparison.Ordinal))
        {
            throw new FailureException(
                FailureKind.Usage,
                what.Contains(ContentLink.Scheme, StringComparison.Ordinal)
                    ? "This link is cut off or mistyped: copy the whole of it again."
                    : "This is an invitation, not a file: `friendnet friend add` takes it."
            );
        }

        Catalogs.Hit? hit = null;
        if (int.TryParse(what, NumberStyles.None, null, out var number))
        {
            hit =
                search.Numbered(number)
                ?? throw new FailureException(
                    FailureKind.NotFound,
                    $"The last search has no result {number}: search again."
                );
        }

        var found =
            catalogs.Resolve(hit?.Id ?? what)
            ?? throw new FailureException(
                FailureKind.NotFound,
                $"No friend shows anything by the id \"{what}\": `friendnet search` shows ids."
            );
        // One content may go by many names: it comes by the one that was chosen.
        return hit is null ? found : found with { Names = [hit.Name] };
    }
}
