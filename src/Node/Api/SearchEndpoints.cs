using System.Globalization;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/search, and the numbers that its results have until the next one.</summary>
public sealed class SearchEndpoints(FriendStore store, CatalogSearch catalogs, LinkTable links)
    : IEndpoints
{
    private const int ResultsMax = 1000;
    private const int ResultsUsual = 50;
    private readonly FriendNames _names = new(store);
    private volatile IReadOnlyList<Catalogs.Hit> _last = [];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/api/v1/search",
            Answers.Json(ContractJson.Default.IReadOnlyListHit, Search)
        );

    /// <summary>A result of the last search; null: there is no such number.</summary>
    public Catalogs.Hit? Numbered(int number) =>
        _last is var last && number >= 1 && number <= last.Count ? last[number - 1] : null;

    private IReadOnlyList<Contract.Hit> Search(HttpContext context)
    {
        var said = int.TryParse(context.Query("limit"), NumberStyles.None, null, out var limit);
        limit = said ? Math.Clamp(limit, 1, ResultsMax) : ResultsUsual;
        var hits = new List<Catalogs.Hit>();
        string? after = null;
        do
        {
            var page = catalogs.Search(context.Query("q"), limit - hits.Count, after);
            hits.AddRange(page.Hits);
            after = page.Next;
        } while (after is not null && hits.Count < limit);

        _last = hits;
        return [.. hits.Select((hit, index) => Shown(hit, index + 1))];
    }

    private Contract.Hit Shown(Catalogs.Hit hit, int number) =>
        new(
            number,
            hit.Id,
            hit.Content?.Root.ToString(),
            hit.Name,
            hit.Path,
            hit.Content is null ? "folder" : "file",
            hit.Size,
            hit.Files,
            [.. hit.Sources.Select(Shown)]
        );

    private Source Shown(HitSource source) =>
        new(_names.Of(source.Via), source.Hops, links.Find(source.Via) is not null);
}
