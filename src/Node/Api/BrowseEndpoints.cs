using System.Globalization;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
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
    private const string FolderKind = "folder";
    private const string FileKind = "file";
    private const char PseudonymMark = '~';
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/api/v1/browse",
            Answers.Json(
                ContractJson.Default.IReadOnlyListEntry,
                context =>
                    context.Query("friend") is { Length: > 0 } name
                        ? Folder(
                            name,
                            context.Query("path").Trim('/'),
                            context.Query("after"),
                            Limit(context.Query("limit"))
                        )
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

    /// <summary>
    /// Folders by name, then files by name. A page of fewer entries than its limit is the last;
    /// where several catalogs tell of one folder it may be longer.
    /// </summary>
    /// <param name="after">KIND/NAME of the last entry of the page before, or empty.</param>
    public IReadOnlyList<Entry> Folder(string name, string path, string after, int limit)
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

        var (kind, last) = after.Split('/', 2) is [var said, var named] ? (said, named) : ("", "");
        var page = new List<Entry>();
        if (kind != FileKind)
        {
            var folders = Page(
                owners.Select(owner => catalogs.Folders(owner, path, last, limit)),
                folder => folder.Name,
                limit,
                out var isFull
            );
            page.AddRange(
                folders
                    .GroupBy(folder => folder.Name, StringComparer.Ordinal)
                    .Select(same => One(same.Select(folder => Shown(folder, through)))!)
            );
            if (isFull)
            {
                return page;
            }
        }

        var from = kind == FileKind ? last : "";
        var files = Page(
            owners.Select(owner => catalogs.Files(owner, path, from, limit)),
            file => file.Name,
            limit,
            out _
        );
        page.AddRange(
            files.DistinctBy(file => (file.Name, file.Content)).Select(file => Shown(file, through))
        );
        return page;
    }

    private static int Limit(string said) =>
        int.TryParse(said, NumberStyles.None, null, out var limit)
            ? Math.Clamp(limit, 1, Limits.BrowsedNamesMax)
            : Limits.BrowsedNamesMax;

    /// <summary>
    /// Of what each catalog tells in its order of names, up to the first name after which one of
    /// them may have more.
    /// </summary>
    private static IEnumerable<T> Page<T>(
        IEnumerable<IReadOnlyList<T>> told,
        Func<T, string> name,
        int limit,
        out bool isFull
    )
    {
        IReadOnlyList<T>[] lists = [.. told];
        var cut = lists
            .Where(list => list.Count == limit)
            .Select(list => name(list[^1]))
            .Min(Names.Order);
        isFull = cut is not null;
        return lists.Length == 1
            ? lists[0]
            : lists
                .SelectMany(list => list)
                .Where(one => cut is null || Names.Compare(name(one), cut) <= 0)
                .OrderBy(name, Names.Order);
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
                    ? $"No pseudonym begins with \"{digits}\": see `friendnet search`."
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
            FolderKind,
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
            FileKind,
            file.Id,
            file.Content.Root.ToString(),
            file.Content.Length,
            1,
            through,
            _names.Of(file.Owner)
        );
}
