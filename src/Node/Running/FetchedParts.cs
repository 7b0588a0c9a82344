using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Node.Serving;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Node.Running;

/// <summary>
/// What we fetch or have fetched, served to friends that fetch the same; but for what we share:
/// there the audience of the share says who may have it, and nothing else does.
/// </summary>
public sealed class FetchedParts(Downloader downloads, ShareIndex index)
{
    public PartSource Reader => new(Holds, TryRead);

    public bool Holds(ContentId id) => downloads.Holds(id) && !index.IsShared(id);

    public Hash256[]? TryRead(RunOfContent run, Span<byte> destination) =>
        Holds(run.Id) ? downloads.TryRead(run, destination) : null;
}
