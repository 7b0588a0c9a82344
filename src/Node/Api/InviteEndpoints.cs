using System.Globalization;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/invites.</summary>
/// <param name="addresses">Where this node can be reached, best first, host:port each.</param>
public sealed class InviteEndpoints(
    IdentityKeys keys,
    FriendStore store,
    IEntropy entropy,
    Func<Instant> now,
    Func<IReadOnlyList<string>> addresses
) : IEndpoints
{
    private const long SecondsMin = 60;
    private const long SecondsMax = 366L * 86_400;
    private const long SecondsUsual = 7L * 86_400;

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Invite;
        var all = ContractJson.Default.IReadOnlyListInvite;
        routes.MapGet("/api/v1/invites", Answers.Json(all, _ => List()));
        routes.MapPost("/api/v1/invites", Answers.Json(one, Create));
        routes.MapDelete("/api/v1/invites/{id}", Answers.Done(Revoke));
    }

    private IReadOnlyList<Invite> List()
    {
        var names = new FriendNames(store);
        return [.. store.Invited.All.Select(invitation => Shown(invitation, null, names))];
    }

    private async Task<Invite> Create(HttpContext context)
    {
        var wanted = await context.Body(ContractJson.Default.NewInvite);
        var seconds = wanted.Seconds ?? SecondsUsual;
        if (seconds is < SecondsMin or > SecondsMax)
        {
            throw new FailureException(
                FailureKind.Usage,
                "An invitation holds for a minute at least and a year at most."
            );
        }

        var group = wanted.Group is { } name ? new AudienceNames(store).RequireGroup(name) : null;
        var secret = new byte[Invitation.SecretBytes];
        entropy.Fill(secret);
        using var invitation = new Invitation(
            keys.Agreement.PublicKey.Bytes,
            secret,
            now() + TimeSpan.FromSeconds(seconds),
            Places(wanted.Addresses ?? [])
        );
        using var pair = PairSecret.FromInvitation(secret);
        CryptographicOperations.ZeroMemory(secret);
        var made =
            store.Invited.Create(pair, wanted.Note ?? "", invitation.Expires, now(), group?.Id)
            ?? throw new FailureException(
                FailureKind.Full,
                $"{Limits.InvitationsMax} invitations are open, the most there may be: "
                    + "`friendnet invite revoke` some."
            );
        return Shown(made, invitation.ToLink(), new FriendNames(store));
    }

    private Task Revoke(HttpContext context)
    {
        var text = context.Route("id");
        var known = long.TryParse(text, NumberStyles.None, null, out var id);
        return known && store.Invited.Revoke(new InvitationId(id))
            ? Task.CompletedTask
            : throw new FailureException(
                FailureKind.NotFound,
                $"No open invitation is numbered \"{text}\": see `friendnet invite list`."
            );
    }

    private List<HostPort> Places(IReadOnlyList<string> first)
    {
        var places = new List<HostPort>();
        foreach (var text in first)
        {
            places.Add(
                HostPort.TryParse(text, out var place)
                    ? place
                    : throw new FailureException(
                        FailureKind.Usage,
                        $"\"{text}\" is no address: write HOST:PORT, as in example.net:4100."
                    )
            );
        }

        foreach (var text in addresses())
        {
            if (HostPort.TryParse(text, out var place) && !places.Contains(place))
            {
                places.Add(place);
            }
        }

        return places.Count > 0
            ? [.. places.Take(Limits.InvitationAddressesMax)]
            : throw new FailureException(
                FailureKind.Setup,
                "This node knows no address of its own: name one with --address HOST:PORT."
            );
    }

    private Invite Shown(OpenInvitation invitation, string? link, FriendNames names) =>
        new(
            invitation.Id.Value.ToString(CultureInfo.InvariantCulture),
            link,
            invitation.Note,
            invitation.State(now()),
            invitation.Created.ToTime(),
            invitation.Expires.ToTime(),
            invitation.RedeemedBy is { } friend && store.Find(friend) is not null
                ? names.Of(friend)
                : null,
            invitation.Group is { } group ? store.Groups.Find(group)?.Name : null
        );
}
