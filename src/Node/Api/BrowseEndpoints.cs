using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/browse: friends' catalogs, folder by folder.</summary>
public sealed class BrowseEndpoints(FriendStore store, CatalogBrowse catalogs) : IEndpoints
{
    private const int NamesMax = 10_000;
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/api/v1/browse",
            Answers.Json(
                ContractJson.Default.IReadOnlyListEntry,
                context =>
                    context.Query("friend") is { Length: > 0 } name
                        ? Folder(_names.Require(name), context.Query("path").Trim('/'))
                        : Tops()
            )
        );

    private IReadOnlyList<Entry> Tops() =>
        [
            .. store
                .Friends.Select(friend => catalogs.Folder(SourceId.Of(friend.Id), ""))
                .OfType<ListedFolder>()
                .Select(top => Shown(top) with { Name = _names.Of(top.Owner) }),
        ];

    private IReadOnlyList<Entry> Folder(Storage.Friend friend, string path)
    {
        // The top is there even before the first catalog came.
        if (path.Length > 0 && catalogs.Folder(SourceId.Of(friend.Id), path) is null)
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"{friend.Name} shows no folder \"{path}\": see `friendnet browse`."
            );
        }

        return
        [
            .. catalogs.Folders(SourceId.Of(friend.Id), path, limit: NamesMax).Select(Shown),
            .. catalogs.Files(SourceId.Of(friend.Id), path, limit: NamesMax).Select(Shown),
        ];
    }

    private Entry Shown(ListedFolder folder) =>
        new(
            folder.Name,
            "folder",
            folder.Id,
            null,
            folder.Bytes,
            folder.Files,
            _names.Of(folder.Owner)
        );

    private Entry Shown(ListedFile file) =>
        new(
            file.Name,
            "file",
            file.Id,
            file.Content.Root.ToString(),
            file.Content.Length,
            1,
            _names.Of(file.Owner)
        );
}
