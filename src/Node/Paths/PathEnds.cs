using System.Collections.Concurrent;
using FriendNet.Node.Links;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Paths;

/// <summary>A path that begins or ends here, open.</summary>
/// <param name="Via">The link that carries it.</param>
/// <param name="IsOurs">Whether we asked for it.</param>
internal sealed record PathEnd(Link Link, Link Via, PseudonymId Pseudonym, bool IsOurs)
{
    internal PathSeen Seen
    {
        get
        {
            var status = Link.Status;
            return new(
                IsOurs ? PathRole.Ours : PathRole.Served,
                true,
                Pseudonym,
                Via.Friend,
                null,
                status.RoundTrip,
                new(status.BytesIn, status.RateIn),
                new(status.BytesOut, status.RateOut)
            )
            {
                Since = status.Opened,
            };
        }
    }
}

/// <summary>The paths that begin or end here: their links run, their bytes are counted.</summary>
internal sealed class PathEnds(OurSide our, Ledger ledger)
{
    private const int ThreadBytes = 256 * 1024;
    private readonly ConcurrentDictionary<LinkId, PathEnd> _open = [];

    internal ICollection<PathEnd> All => _open.Values;

    internal PathEnd? Find(LinkId link) => _open.GetValueOrDefault(link);

    internal void Run(LinkStart start, Link via, PseudonymId pseudonym)
    {
        var link = our.Links.Add(start with { Carrier = via.Friend }, our.LinkSetting);
        var end = new PathEnd(link, via, pseudonym, start.Dialed);
        new Thread(() => Run(end), ThreadBytes) { IsBackground = true, Name = "path" }.Start();
    }

    private void Run(PathEnd end)
    {
        _open.TryAdd(end.Link.Id, end);
        // A link that carries a path is a friend's.
        var passage = ledger.Begin(
            end.Via.Friend ?? default,
            end.IsOurs ? LedgerKind.ForUs : LedgerKind.ThroughIt,
            () => end.Link.Bytes
        );
        end.Link.Run();
        passage.End();
        _open.TryRemove(end.Link.Id, out _);
    }
}
