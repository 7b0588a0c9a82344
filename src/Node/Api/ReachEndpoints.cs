using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/reach: how far the circles go, from heads alone.</summary>
public sealed class ReachEndpoints(FriendStore store, CatalogStore catalogs, LinkTable links)
    : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/reach", Answers.Json(ContractJson.Default.Reach, _ => Count()));

    private Reach Count()
    {
        var friends = store.Friends;
        var indices = friends
            .Select((friend, index) => (friend.Id, index))
            .ToDictionary(pair => pair.Id, pair => pair.index);
        var held = catalogs.Held().ToDictionary(catalog => catalog.Friend);
        var own = catalogs.Circles.OfFriends();
        var circles = new List<ReachedCircle>();
        foreach (var known in catalogs.Circles.Known)
        {
            var offers = known.Offers.Where(offer => !offer.Head.IsWithdrawal).ToList();
            if (offers.Exists(offer => offer.Hops == 1))
                continue;

            var through = offers.Select(o => o.Friend).Where(indices.ContainsKey).Distinct();
            if (offers.MaxBy(offer => offer.Head.Head.Version)?.Head.Head is { } head)
            {
                circles.Add(
                    new(
                        head.Content.Entries,
                        head.Content.Bytes,
                        head.Version,
                        [.. through.Select(friend => indices[friend])]
                    )
                );
            }
        }

        return ReachCount.Of([.. friends.Select(Reached)], circles);

        ReachedFriend Reached(Storage.Friend friend) =>
            Shown(
                friend,
                held.GetValueOrDefault(friend.Id).Head,
                own.GetValueOrDefault(friend.Id)?.Content ?? default
            );
    }

    private ReachedFriend Shown(Storage.Friend friend, CatalogHead view, CatalogHead circle) =>
        new(
            friend.Name,
            links.Find(friend.Id) is not null,
            view.Entries + circle.Entries,
            ReachCount.Sum([view.Bytes, circle.Bytes])
        );
}
