using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/link: a file's name for messages and notes, of a friend's or of our own.</summary>
public sealed class LinkEndpoints(Chosen chosen, ShareIndex index, SharedFolders shares)
    : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/link", Answers.Json(ContractJson.Default.FileLink, Of));

    private FileLink Of(HttpContext context)
    {
        var what = context.Query("what");
        var link = Path.IsPathRooted(what) ? OfOwn(what) : OfOthers(what);
        return new(link.ToString(), link.Name, link.Content.Length);
    }

    private ContentLink OfOthers(string what)
    {
        var found = chosen.Require(what);
        return found is { Content: { } content, Names: [var name, ..] }
            ? new(content, name)
            : throw new FailureException(
                FailureKind.Usage,
                found.Folder is { } folder
                    ? $"{folder.Name} is a folder: only files have links, `friendnet browse` it."
                    : "Nobody shows this now, so it has no name: keep the link that you have."
            );
    }

    private ContentLink OfOwn(string path)
    {
        foreach (var share in shares.All)
        {
            var within = Path.GetRelativePath(share.Path, path);
            if (Find(share.Id, within) is { } file)
            {
                return new(new ContentId(file.Root, file.Size), Path.GetFileName(path));
            }
        }

        throw new FailureException(
            FailureKind.NotFound,
            $"{path} is in no share, or not hashed yet: see `friendnet share list`."
        );
    }

    private IndexedFile? Find(int share, string path)
    {
        using var moment = index.Snapshot();
        return moment.At(share, path);
    }
}
