using System.Globalization;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace FriendNet.Node.Api;

/// <summary>
/// /transfers/ID/files: the files of a transfer, and the bytes of each, also while it arrives;
/// numbered from 1.
/// </summary>
public sealed class FileEndpoints(Downloader downloader) : IEndpoints
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        const string files = "/api/v1/transfers/{id}/files";
        var all = ContractJson.Default.IReadOnlyListFetchedFile;
        routes.MapGet(files, Answers.Json(all, List));
        routes.MapMethods(
            $"{files}/{{number}}",
            [HttpMethods.Get, HttpMethods.Head],
            Answers.Bytes(Serve)
        );
    }

    private IReadOnlyList<FetchedFile> List(HttpContext context) =>
        [
            .. (downloader.FilesOf(IdOf(context)) ?? throw Missing(context)).Select(
                (file, at) => new FetchedFile(at + 1, file.Path, file.Id.Length)
            ),
        ];

    private async Task Serve(HttpContext context)
    {
        var isNumber = int.TryParse(context.Route("number"), Plain, null, out var number);
        using var reading =
            (isNumber && number > 0 ? downloader.Read(IdOf(context), number - 1) : null)
            ?? throw Missing(context);
        var tag = new EntityTagHeaderValue($"\"{reading.Content.Root}\"");
        var part = FilePart.Of(context.Request, tag, reading.Content.Length);
        var hasBody = HttpMethods.IsGet(context.Request.Method) && part.Count > 0;
        // Before anything is said: what will not come is a failure with a sentence.
        if (hasBody)
        {
            await reading.AwaitAsync(part.From, context.RequestAborted);
        }

        Describe(context.Response, reading, tag, part);
        if (hasBody)
        {
            // A player that is paused takes nothing for hours; how many there are is bounded.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } least)
            {
                least.MinDataRate = null;
            }

            var body = context.Response.BodyWriter;
            await reading.CopyAsync(part.From, part.Count, body, context.RequestAborted);
        }
    }

    private static void Describe(
        HttpResponse response,
        FileReading reading,
        EntityTagHeaderValue tag,
        FilePart part
    )
    {
        response.StatusCode = part.Status;
        var headers = response.Headers;
        headers.ETag = tag.ToString();
        headers.AcceptRanges = "bytes";
        var length = reading.Content.Length;
        if (part.Status == StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.ContentRange = new ContentRangeHeaderValue(length).ToString();
        }

        if (part.Status is not (StatusCodes.Status200OK or StatusCodes.Status206PartialContent))
        {
            return;
        }

        if (part.Status == StatusCodes.Status206PartialContent)
        {
            var end = part.From + part.Count - 1;
            headers.ContentRange = new ContentRangeHeaderValue(part.From, end, length).ToString();
        }

        headers.ContentLength = part.Count;
        headers.ContentType = Types.TryGetContentType(reading.Name, out var type)
            ? type
            : "application/octet-stream";
        var shown = new ContentDispositionHeaderValue("inline");
        shown.SetHttpFileName(reading.Name);
        headers.ContentDisposition = shown.ToString();
        // A friend's file is a stranger's page: nothing in it runs, or passes for something else.
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox";
        headers.CacheControl = "no-store";
    }

    private const NumberStyles Plain = NumberStyles.None;

    private static TransferId IdOf(HttpContext context) =>
        long.TryParse(context.Route("id"), Plain, null, out var id)
            ? new(id)
            : throw Missing(context);

    private static FailureException Missing(HttpContext context) =>
        new(
            FailureKind.NotFound,
            $"There is no {context.Request.Path}: see `friendnet transfer list` and "
                + "`friendnet transfer files`."
        );
}
