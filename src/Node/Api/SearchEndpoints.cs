using System.Globalization;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/search, and the numbers that its results have until the next one.</summary>
public sealed class SearchEndpoints(
    FriendStore store,
    CatalogSearch search,
    CatalogStore catalogs,
    LinkTable links
) : IEndpoints
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
            var page = search.Search(context.Query("q"), limit - hits.Count, after);
            hits.AddRange(page.Hits);
            after = page.Next;
        } while (after is not null && hits.Count < limit);

        _last = hits;
        var seen = catalogs.Held().ToDictionary(held => held.Friend, held => held.SeenSeconds);
        return [.. hits.Select((hit, index) => Shown(hit, index + 1, seen))];
    }

    private Contract.Hit Shown(Catalogs.Hit hit, int number, Dictionary<FriendId, long> seen) =>
        new(
            number,
            hit.Id,
            hit.Content?.Root.ToString(),
            hit.Name,
            hit.Path,
            hit.Content is null ? "folder" : "file",
            hit.Size,
            hit.Files,
            [.. hit.Sources.Select(source => Shown(source, seen))],
            hit.Ways
        );

    private Source Shown(HitSource source, Dictionary<FriendId, long> seen)
    {
        var isOnline = links.Find(source.Via) is not null;
        var at = source.Owner.Pseudonym is { } pseudonym
            ? DayOf(pseudonym)
            : Seen(seen, source.Via);
        return new(
            _names.Of(source.Via),
            source.Hops,
            isOnline,
            isOnline ? null : at,
            _names.Of(source.Owner)
        );
    }

    private static DateTimeOffset? Seen(Dictionary<FriendId, long> seen, FriendId friend) =>
        seen.TryGetValue(friend, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    // A head is signed once a day at least: it tells no more than the day.
    private DateTimeOffset? DayOf(PseudonymId pseudonym)
    {
        if (catalogs.Circles.Find(pseudonym)?.Held is not { } head)
            return null;
        var last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        var at = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(head.Head.Version, 0, last));
        return new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
    }
}
