using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Tests.Protocol.Wire;

/// <summary>What a friend asks, well formed.</summary>
internal static class Requests
{
    internal static Request Catalog() => new() { Catalog = new CatalogRequest() };

    /// <summary>Only the answers of paths go by credit that comes later.</summary>
    internal static Request Up() =>
        new()
        {
            Up = new UpRequest
            {
                Stream = 1,
                Hello = ByteString.CopyFrom(new byte[Limits.PathHelloBytes]),
            },
        };

    /// <summary>The first run of files of these lengths.</summary>
    internal static Request Fetch(params ulong[] lengths)
    {
        var root = ByteString.CopyFrom(new byte[32]);
        return new()
        {
            Fetch = new FetchRequest
            {
                Slices = { lengths.Select(one => new SliceRequest { Root = root, Length = one }) },
            },
        };
    }
}
