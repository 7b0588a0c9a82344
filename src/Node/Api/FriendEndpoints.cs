using FriendNet.Crypto.Identity;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/friends.</summary>
/// <param name="card">This node's own.</param>
/// <param name="remove">Ends a friendship everywhere; false: there was none.</param>
public sealed class FriendEndpoints(
    Card card,
    FriendStore store,
    CatalogStore catalogs,
    LinkTable links,
    Dialer dialer,
    Func<FriendId, bool> remove
) : IEndpoints
{
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Friend;
        var all = ContractJson.Default.IReadOnlyListFriend;
        const string named = "/api/v1/friends/{name}";
        routes.MapGet("/api/v1/friends", Answers.Json(all, _ => List()));
        routes.MapPost("/api/v1/friends", Answers.Json(one, Add));
        routes.MapGet(named, Answers.Json(one, context => Shown(Named(context))));
        routes.MapPatch(named, Answers.Json(one, Change));
        routes.MapDelete(named, Answers.Done(Remove));
        routes.MapGet(
            $"{named}/safety-number",
            Answers.Json(ContractJson.Default.SafetyNumber, Number)
        );
    }

    private IReadOnlyList<Contract.Friend> List()
    {
        var held = catalogs.Held().ToDictionary(catalog => catalog.Friend);
        var circles = catalogs.Circles.OfFriends();
        return [.. store.Friends.Select(friend => Shown(friend, held, circles))];
    }

    private async Task<Contract.Friend> Add(HttpContext context)
    {
        var wanted = await context.Body(ContractJson.Default.NewFriend);
        if (wanted.Link.Trim().StartsWith(ContentLink.Scheme, StringComparison.Ordinal))
        {
            throw new FailureException(
                FailureKind.Invitation,
                "This is a link to a file, not an invitation: `friendnet get` takes it."
            );
        }

        // Redeemed or not, the dial goes to its end: the caller may be gone before.
        var result = await dialer.RedeemAsync(wanted.Link);
        if (result.Friend is not { } friend)
        {
            throw new FailureException(Kind(result.Outcome), result.Sentence);
        }

        if (wanted.Name is { } name && !store.Rename(friend.Id, name))
        {
            throw new FailureException(
                FailureKind.Exists,
                $"{friend.Name} is your friend now, but \"{name}\" is taken or no name: "
                    + "`friendnet friend rename` it otherwise."
            );
        }

        return Shown(store.Find(friend.Id) ?? friend);
    }

    private async Task<Contract.Friend> Change(HttpContext context)
    {
        var friend = Named(context);
        var change = await context.Body(ContractJson.Default.FriendChange);
        if (change.Name is { } name && !store.Rename(friend.Id, name))
        {
            throw new FailureException(
                FailureKind.Exists,
                $"\"{name}\" is another friend's name, or none: choose another one."
            );
        }

        if (change.Verified is { } verified)
        {
            store.Verify(friend.Id, verified);
        }

        return Shown(store.Find(friend.Id) ?? friend);
    }

    private Task Remove(HttpContext context)
    {
        // False: somebody else was quicker; either way it is no friend any more.
        _ = remove(Named(context).Id);
        return Task.CompletedTask;
    }

    private Contract.SafetyNumber Number(HttpContext context)
    {
        var friend = Named(context);
        return new(friend.Name, Crypto.Identity.SafetyNumber.Of(card, friend.Card));
    }

    private Storage.Friend Named(HttpContext context) => _names.Require(context.Route("name"));

    private Contract.Friend Shown(Storage.Friend friend) =>
        Shown(
            friend,
            catalogs.Held().ToDictionary(catalog => catalog.Friend),
            catalogs.Circles.OfFriends()
        );

    private Contract.Friend Shown(
        Storage.Friend friend,
        Dictionary<FriendId, HeldCatalog> held,
        IReadOnlyDictionary<FriendId, CircleHead> circles
    )
    {
        var circle = circles.GetValueOrDefault(friend.Id)?.Content ?? default;
        var isOnline = links.Find(friend.Id) is not null;
        var isHeld = held.TryGetValue(friend.Id, out var catalog);
        DateTimeOffset? seen =
            isOnline ? DateTimeOffset.UtcNow
            : isHeld ? DateTimeOffset.FromUnixTimeSeconds(catalog.SeenSeconds)
            : null;
        return new(
            friend.Name,
            friend.Id.ToString(),
            isOnline ? "online" : "offline",
            seen,
            catalog.Head.Entries + circle.Entries,
            ReachCount.Sum([catalog.Head.Bytes, circle.Bytes]),
            friend.Addresses,
            friend.Verified
        );
    }

    private static FailureKind Kind(RedeemOutcome outcome) =>
        outcome switch
        {
            RedeemOutcome.Unreachable => FailureKind.Unreachable,
            RedeemOutcome.NotStored => FailureKind.Disk,
            RedeemOutcome.TooMany => FailureKind.Full,
            _ => FailureKind.Invitation,
        };
}
