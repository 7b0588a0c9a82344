using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>
/// /browse: catalogs folder by folder. A friend's are the view it shows us and what it shows its
/// circle, as one; a pseudonym's is named by ~ and its first digits.
/// </summary>
public sealed class BrowseEndpoints(FriendStore store, CatalogBrowse catalogs, CircleTable circles)
    : IEndpoints
{
    private const int NamesMax = 10_000;
    private const char PseudonymMark = '~';
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/api/v1/browse",
            Answers.Json(
                ContractJson.Default.IReadOnlyListEntry,
                context =>
                    context.Query("friend") is { Length: > 0 } name
                        ? Folder(name, context.Query("path").Trim('/'))
                    : context.Query("circle").Length > 0 ? Pseudonyms()
                    : Tops()
            )
        );

    private IReadOnlyList<Entry> Tops() =>
        [
            .. store
                .Friends.Select(friend =>
                    One(
                        Owners(friend.Id)
                            .Select(owner => catalogs.Folder(owner, ""))
                            .OfType<ListedFolder>()
                            .Select(top => Shown(top, friend.Name) with { Name = friend.Name })
                    )
                )
                .OfType<Entry>(),
        ];

    /// <summary>Whose catalogs are held, and who is no friend.</summary>
    private IReadOnlyList<Entry> Pseudonyms() =>
        [
            .. circles
                .Known.Where(known =>
                    known.Catalog > 0
                    && known.Held is { IsWithdrawal: false }
                    && known.Offers.All(offer => offer.Hops > 1)
                )
                .Select(known => SourceId.Of(known.Id))
                .Select(owner => (owner, Top: catalogs.Folder(owner, "")))
                .Where(pair => pair.Top is not null)
                .Select(pair => Shown(pair.Top!, Through(pair.owner)))
                .Select(entry => entry with { Name = entry.Owner })
                .OrderBy(entry => entry.Name, StringComparer.Ordinal),
        ];

    private IReadOnlyList<Entry> Folder(string name, string path)
    {
        var isPseudonym = name[0] == PseudonymMark;
        var friend = isPseudonym ? null : _names.Require(name);
        var owners = friend is null ? [Pseudonym(name[1..])] : Owners(friend.Id);
        var through = friend?.Name ?? Through(owners[0]);
        // The top is there even before the first catalog came.
        if (path.Length > 0 && owners.All(owner => catalogs.Folder(owner, path) is null))
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"{friend?.Name ?? name} shows no folder \"{path}\": see `friendnet browse`."
            );
        }

        var folders = owners
            .SelectMany(owner => catalogs.Folders(owner, path, limit: NamesMax))
            .GroupBy(folder => folder.Name, StringComparer.Ordinal)
            .Select(same => One(same.Select(folder => Shown(folder, through)))!);
        var files = owners
            .SelectMany(owner => catalogs.Files(owner, path, limit: NamesMax))
            .DistinctBy(file => (file.Name, file.Content))
            .Select(file => Shown(file, through));
        return
        [
            .. folders.OrderBy(folder => folder.Name, StringComparer.Ordinal),
            .. files.OrderBy(file => file.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Its view first, then its own pseudonyms.</summary>
    private IReadOnlyList<SourceId> Owners(FriendId friend) =>
        [
            SourceId.Of(friend),
            .. circles
                .Known.Where(known =>
                    known.Catalog > 0
                    && known.Offers.Any(offer => offer.Friend == friend && offer.Hops == 1)
                )
                .Select(known => SourceId.Of(known.Id)),
        ];

    private SourceId Pseudonym(string digits)
    {
        var found = circles
            .Known.Where(known =>
                known.Catalog > 0
                && digits.Length > 0
                && known.Id.ToString().StartsWith(digits, StringComparison.OrdinalIgnoreCase)
            )
            .Take(2)
            .ToList();
        return found.Count == 1
            ? SourceId.Of(found[0].Id)
            : throw new FailureException(
                FailureKind.NotFound,
                found.Count == 0
                    ? $"No pseudonym begins with \"{digits}\": see `friendnet browse --circle`."
                    : $"Several pseudonyms begin with \"{digits}\": say more of it."
            );
    }

    private string Through(SourceId owner) =>
        owner.Pseudonym is { } pseudonym
        && circles.Find(pseudonym)?.Offers.MinBy(offer => offer.Hops) is { } nearest
            ? _names.Of(nearest.Friend)
            : "";

    /// <summary>What stands in two catalogs is one to people; null: it stands in none.</summary>
    private static Entry? One(IEnumerable<Entry> same) =>
        same.Aggregate(
            default(Entry),
            (sum, one) =>
                sum is null
                    ? one
                    : sum with
                    {
                        Size =
                            one.Size > long.MaxValue - sum.Size
                                ? long.MaxValue
                                : sum.Size + one.Size,
                        Files = sum.Files + one.Files,
                    }
        );

    private Entry Shown(ListedFolder folder, string through) =>
        new(
            folder.Name,
            "folder",
            folder.Id,
            null,
            folder.Bytes,
            folder.Files,
            through,
            _names.Of(folder.Owner)
        );

    private Entry Shown(ListedFile file, string through) =>
        new(
            file.Name,
            "file",
            file.Id,
            file.Content.Root.ToString(),
            file.Content.Length,
            1,
            through,
            _names.Of(file.Owner)
        );
}
