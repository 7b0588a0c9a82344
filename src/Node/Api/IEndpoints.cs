using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>The calls about one noun.</summary>
public interface IEndpoints
{
    void Map(IEndpointRouteBuilder routes);
}
