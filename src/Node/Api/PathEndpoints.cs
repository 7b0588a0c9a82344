using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Paths;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/paths: the trust paths that begin, pass or end here.</summary>
public sealed class PathEndpoints(
    FriendStore friends,
    PathTable paths,
    CircleTable circles,
    CatalogBrowse catalogs
) : IEndpoints
{
    private const string Us = "you";

    public void Map(IEndpointRouteBuilder routes)
    {
        var all = ContractJson.Default.IReadOnlyListPathShown;
        routes.MapGet("/api/v1/paths", Answers.Json(all, _ => [.. paths.All.Select(Shown)]));
        routes.MapGet("/api/v1/paths/{id}", Answers.Json(all, Find));
    }

    private IReadOnlyList<PathShown> Find(HttpContext context)
    {
        var id = context.Route("id");
        var shown = paths.All.Select(Shown).ToList();
        var found = shown.Where(path => path.Id.StartsWith(id, StringComparison.Ordinal)).ToList();
        if (found.Count == 0 && catalogs.Resolve(id) is { } content)
        {
            found = [.. content.Sources.Where(way => way.Hops > 1).SelectMany(Ways).Distinct()];
            IEnumerable<PathShown> Ways(HitSource way) =>
                way.Owner.Pseudonym is { } owner ? WaysTo(owner, shown) : [];
        }

        return found.Count > 0
            ? found
            : throw new FailureException(
                FailureKind.NotFound,
                $"There is no path by the id \"{id}\": `friendnet peer path` lists them."
            );
    }

    /// <summary>Paths of ours to it, then the ways that none of them goes.</summary>
    private IEnumerable<PathShown> WaysTo(PseudonymId owner, List<PathShown> shown)
    {
        var open = shown.Where(path => path.Id == Name(owner) && path.Role == "ours").ToList();
        var ways = circles.Find(owner)?.Offers.Where(way => !way.Head.IsWithdrawal) ?? [];
        var others = ways.Select(way => new PathShown(
                Name(owner),
                "ours",
                "known",
                [Us, NameOf(way.Friend), Name(owner)],
                way.Hops,
                null,
                0,
                0,
                0,
                0,
                null
            ))
            .Where(way => !open.Exists(path => path.Steps[1] == way.Steps[1]));
        return open.Concat(others);
    }

    private PathShown Shown(PathSeen path)
    {
        var near = NameOf(path.Near);
        var target = Name(path.Pseudonym);
        IReadOnlyList<string> steps = path.Role switch
        {
            PathRole.Ours => [Us, near, target],
            PathRole.Served => ["somebody", near, Us],
            _ => [near, Us, NameOf(path.Onward)],
        };
        return new(
            path.Role == PathRole.Relayed ? $"relay-{path.Number}" : target,
            path.Role switch
            {
                PathRole.Ours => "ours",
                PathRole.Served => "served",
                _ => "relayed",
            },
            path.IsOpen ? "open" : "opening",
            steps,
            path.Role == PathRole.Ours ? circles.HopsOver(path.Pseudonym, path.Near) : null,
            path.RoundTrip?.TotalMilliseconds,
            path.In.Bytes,
            path.Out.Bytes,
            path.In.Rate,
            path.Out.Rate,
            path.Since?.ToTime()
        );
    }

    private static string Name(PseudonymId pseudonym) => $"~{pseudonym.Short}";

    private string NameOf(FriendId? friend) =>
        friend is { } id && friends.Find(id) is { } known ? known.Name : "a former friend";
}
