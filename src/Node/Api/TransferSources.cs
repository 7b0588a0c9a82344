using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;

namespace FriendNet.Node.Api;

/// <summary>Who brings a transfer, by what people call them.</summary>
public sealed class TransferSources(
    LinkTable links,
    PathTable paths,
    CircleTable circles,
    FriendNames names
)
{
    /// <summary>The quickest first; a link that is gone since is left out.</summary>
    public IReadOnlyList<TransferSource> Of(IReadOnlyList<SourceRate> rates) =>
        [
            .. rates
                .Select(Of)
                .OfType<TransferSource>()
                // A friend may have two links for a moment.
                .GroupBy(one => one with { BytesPerSecond = 0 })
                .Select(one => one.Key with { BytesPerSecond = one.Sum(l => l.BytesPerSecond) })
                .OrderByDescending(one => one.BytesPerSecond),
        ];

    private TransferSource? Of(SourceRate rate)
    {
        if (links.Find(rate.Link)?.Friend is { } friend)
        {
            return new(names.Of(friend), null, 1, rate.BytesPerSecond);
        }

        return paths.Find(rate.Link) is { Near: { } near } path
            ? new(
                $"~{path.Pseudonym.Short}",
                names.Of(near),
                circles.HopsOver(path.Pseudonym, near),
                rate.BytesPerSecond
            )
            : null;
    }
}
