using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Torrents;
using FriendNet.Protocol.Bounds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/torrents: v2 .torrents out of what we share, and transfers out of others'.</summary>
public sealed class TorrentEndpoints(
    SharedPlaces places,
    TorrentExport export,
    Chosen chosen,
    Downloader downloader,
    TransferEndpoints transfers
) : IEndpoints
{
    public const string MediaType = "application/x-bittorrent";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/torrents", Answers.Bytes(MediaType, Export));
        routes.MapPost("/api/v1/torrents", Answers.Json(ContractJson.Default.Transfer, Import));
    }

    private byte[] Export(HttpContext context) => export.Of(Require(context.Query("what")));

    private SharedPlace Require(string what)
    {
        if (Path.IsPathRooted(what))
        {
            return places.AtPath(Path.TrimEndingDirectorySeparator(what))
                ?? throw new FailureException(
                    FailureKind.NotFound,
                    $"{what} is in no share, or not hashed yet: see `friendnet share list`."
                );
        }

        if (ShortId.TryParse(what, out var id) && places.WithId(id) is { } own)
        {
            return own;
        }

        var found = chosen.Require(what);
        var place = found.Content is { } content ? places.WithContent(content) : null;
        return place
            ?? throw new FailureException(
                FailureKind.NotFound,
                $"{NameOf(found)} is not among what you share, and only who has a file knows all "
                    + "its hashes: `friendnet get` it, share its folder, then export it."
            );
    }

    private static string NameOf(Resolved found) =>
        found.Folder?.Name ?? (found.Names is [var name, ..] ? name : "That");

    private async Task<Transfer> Import(HttpContext context)
    {
        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        limit.MaxRequestBodySize = Limits.TorrentBytesMax;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var torrent = TorrentImport.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
        return transfers.Begin(
            context.Query("into") is { Length: > 0 } into ? into : null,
            place =>
                TorrentImport.Start(downloader, torrent, place, context.Query("quiet") == "true")
        );
    }
}
