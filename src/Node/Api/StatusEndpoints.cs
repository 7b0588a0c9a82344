using FriendNet.Node.Api.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/status.</summary>
public sealed class StatusEndpoints(Func<Status> status) : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/status", Answers.Json(ContractJson.Default.Status, _ => status()));
}
