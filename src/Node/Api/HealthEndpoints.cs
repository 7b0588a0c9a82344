using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/healthz and /metrics, for what watches over the daemon.</summary>
/// <param name="sickness">Why the daemon is not well; null when it is.</param>
/// <param name="metrics">Asked anew for each scrape.</param>
public sealed class HealthEndpoints(Func<string?> sickness, Func<IEnumerable<Metric>> metrics)
    : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", Health);
        routes.MapGet("/metrics", Scrape);
    }

    private Task Health(HttpContext context)
    {
        var why = sickness();
        context.Response.StatusCode = why is null ? 200 : 503;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why is null ? "ok\n" : $"{why}\n");
    }

    private Task Scrape(HttpContext context)
    {
        context.Response.ContentType = MetricsText.ContentType;
        return context.Response.WriteAsync(MetricsText.Write(metrics()));
    }
}
