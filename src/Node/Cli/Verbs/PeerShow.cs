using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class PeerShow
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        return new Verb(
            "show",
            "Show the link to a friend: addresses tried and why they failed, delay, rates.",
            "friendnet peer show Alice"
        )
        {
            friend,
        }.Does(call => Run(call, call.Value(friend)));
    }

    private static async Task Run(Call call, string name)
    {
        var path = $"/peers/{Call.Segment(name)}";
        var found = await call.Api.Get(path, ContractJson.Default.Peer, call.Cancel);
        call.Answer(found, ContractJson.Default.Peer, peer => call.Facts([.. Facts(peer)]));
    }

    internal static IEnumerable<(string Name, string Value)> Facts(Peer peer)
    {
        var now = DateTimeOffset.Now;
        yield return ("name", peer.Name);
        yield return ("id", peer.Id);
        yield return ("verified", peer.Verified ? "yes" : "no");
        yield return ("state", peer.State);
        if (peer.Address is not null)
        {
            yield return ("address", $"{peer.Address} ({(peer.Dialed ? "we" : "they")} dialed)");
            yield return ("handshake", Amount.Ago(peer.LinkedSince, now));
        }

        if (peer.Cipher is not null)
        {
            yield return ("cipher", peer.Cipher);
        }

        if (peer.RoundTripMilliseconds is { } rtt)
        {
            yield return ("round trip", $"{rtt:0.00} ms");
        }

        yield return ("received", Flow(peer.BytesIn, peer.BytesPerSecondIn));
        yield return ("sent", Flow(peer.BytesOut, peer.BytesPerSecondOut));
        yield return ("they show", Catalog(peer.Theirs));
        if (peer.TheirCircle is { } circle)
            yield return ("circle", Catalog(circle));
        yield return ("we show", Catalog(peer.Ours));
        yield return ("tells of", Circles(peer.Circles));
        if (peer.Ledger != new PeerLedger(0, 0, 0, 0))
        {
            yield return ("ledger", Ledger(peer.Ledger));
        }

        foreach (var dial in peer.Dials)
        {
            yield return ("tried", $"{dial.Address}, {Amount.Ago(dial.At, now)}: {dial.Result}");
        }
    }

    private static string Circles(PeerCircles circles) =>
        $"{Amount.Count(circles.Heads)} circles ({Amount.Count(circles.Waiting)} waiting); "
        + $"brought {Amount.Count(circles.Held)}: {Amount.Files(circles.Entries)}, "
        + $"{Amount.Bytes(circles.Bytes)} here";

    private static string Ledger(PeerLedger all) =>
        $"relayed for it {Amount.Bytes(all.AtItsRequest)}, to it {Amount.Bytes(all.TowardsIt)}; "
        + $"it relayed for us {Amount.Bytes(all.ForUs)}, served through it "
        + Amount.Bytes(all.ThroughIt);

    private static string Flow(long bytes, double rate) =>
        $"{Amount.Bytes(bytes)}, now {Amount.Rate(rate)}";

    private static string Catalog(Head? head) =>
        head is null
            ? "nothing yet"
            : $"{Amount.Files(head.Entries)}, {Amount.Bytes(head.Bytes)}, "
                + $"version {head.Root[..12]}";
}
