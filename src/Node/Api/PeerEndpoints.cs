using FriendNet.Crypto.Noise;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/peers: the links, and why there is none.</summary>
public sealed class PeerEndpoints(
    FriendStore store,
    LinkTable links,
    Dialer dialer,
    CatalogStore catalogs,
    Views views,
    Ledger ledger
) : IEndpoints
{
    private static readonly TimeSpan PongMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Peer;
        var all = ContractJson.Default.IReadOnlyListPeer;
        var pong = ContractJson.Default.Pong;
        routes.MapGet("/api/v1/peers", Answers.Json(all, _ => List()));
        routes.MapGet("/api/v1/peers/{name}", Answers.Json(one, context => Show(Named(context))));
        routes.MapPost("/api/v1/peers/{name}/ping", Answers.Json(pong, Ping));
    }

    private IReadOnlyList<Peer> List() => [.. store.Friends.Select(Show)];

    private Storage.Friend Named(HttpContext context) => _names.Require(context.Route("name"));

    private Peer Show(Storage.Friend friend)
    {
        var link = links.Find(friend.Id);
        var status = link?.Status;
        var theirs = catalogs.Held().FirstOrDefault(held => held.Friend == friend.Id);
        var circle = catalogs.Circles.OfFriends().GetValueOrDefault(friend.Id);
        var dials = dialer.AttemptsAt(friend.Id);
        return new(
            friend.Name,
            friend.Id.ToString(),
            link is null ? "offline" : "online",
            link?.RemoteAddress,
            link?.Dialed ?? false,
            status?.Opened.ToTime(),
            status?.RoundTrip?.TotalMilliseconds,
            status?.BytesIn ?? 0,
            status?.BytesOut ?? 0,
            status?.RateIn ?? 0,
            status?.RateOut ?? 0,
            theirs.Friend == friend.Id ? Shown(theirs.Head) : null,
            circle is null ? null : Shown(circle.Content),
            views.Head(friend.Id) is { } ours ? Shown(ours) : null,
            [.. dials.Select(dial => new Dial(dial.Address, dial.At.ToTime(), dial.Why))],
            CirclesOf(friend.Id),
            friend.Verified,
            new(
                ledger.Of(friend.Id, LedgerKind.AtItsRequest),
                ledger.Of(friend.Id, LedgerKind.TowardsIt),
                ledger.Of(friend.Id, LedgerKind.ForUs),
                ledger.Of(friend.Id, LedgerKind.ThroughIt)
            ),
            link is null ? null : NameOf(link.Cipher)
        );
    }

    private static string NameOf(CipherFunction cipher) =>
        cipher == CipherFunction.AesGcm ? "AES-256-GCM" : "ChaCha20-Poly1305";

    private PeerCircles CirclesOf(FriendId friend)
    {
        var all = catalogs.Circles.Known.ToList();
        var told = all.Select(known => (known, Offer: Told(known, friend)))
            .Where(pair => pair.Offer is { IsWithdrawal: false })
            .ToList();
        var held = all.Where(known => known.Held is not null && known.Sponsor == friend).ToList();
        return new(
            told.Count,
            held.Count,
            held.Sum(known => (long)known.Held!.Head.Content.Entries),
            held.Sum(known => known.Encoded),
            told.Count(pair => pair.Offer!.Beats(pair.known.Held))
        );
    }

    private static SignedHead? Told(KnownCircle known, FriendId friend) =>
        known.Offers.FirstOrDefault(offer => offer.Friend == friend)?.Head;

    private async Task<Pong> Ping(HttpContext context)
    {
        var friend = Named(context);
        var link =
            links.Find(friend.Id)
            ?? throw new FailureException(
                FailureKind.Unreachable,
                $"There is no link to {friend.Name}: `friendnet peer show` says what was tried."
            );
        var before = link.Status.Pongs;
        link.Ping();
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        bounded.CancelAfter(PongMax);
        using var timer = new PeriodicTimer(LookAgain);
        try
        {
            while (link.Status.Pongs == before)
            {
                await timer.WaitForNextTickAsync(bounded.Token);
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new FailureException(
                FailureKind.Unreachable,
                $"{friend.Name} did not answer within {PongMax.TotalSeconds:0} s."
            );
        }

        var trip = link.Status.RoundTrip ?? default;
        return new(friend.Name, link.RemoteAddress, trip.TotalMilliseconds);
    }

    private static Contract.Head Shown(CatalogHead head) =>
        new(head.Root.ToString(), head.Entries, head.Bytes);
}
