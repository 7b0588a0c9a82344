using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;
using FriendNet.Node.Running;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/groups: friends under one name, for audiences; nobody else learns of them.</summary>
public sealed class GroupEndpoints(FriendStore store, Audiences audiences) : IEndpoints
{
    private readonly FriendNames _names = new(store);
    private readonly AudienceNames _groups = new(store);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Group;
        var all = ContractJson.Default.IReadOnlyListGroup;
        const string named = "/api/v1/groups/{name}";
        routes.MapGet(
            "/api/v1/groups",
            Answers.Json(all, IReadOnlyList<Contract.Group> (_) => [.. Shown(store.Groups.All)])
        );
        routes.MapPost("/api/v1/groups", Answers.Json(one, Create));
        routes.MapPatch(named, Answers.Json(one, Change));
        routes.MapDelete(named, Answers.Done(Delete));
    }

    private async Task<Contract.Group> Create(HttpContext context)
    {
        var name = (await context.Body(ContractJson.Default.NewGroup)).Name;
        var group =
            store.Groups.Create(name)
            ?? throw (
                !Groups.IsName(name)
                    ? new FailureException(
                        FailureKind.Usage,
                        $"\"{name}\" cannot be the name of a group: choose another."
                    )
                : store.Groups.Find(name) is not null
                    ? new FailureException(
                        FailureKind.Exists,
                        $"A group is called \"{name}\" already: choose another name."
                    )
                : new FailureException(
                    FailureKind.Full,
                    $"There are {Limits.GroupsMax} groups, the most there may be: delete one."
                )
            );
        return Shown([group]).Single();
    }

    private async Task<Contract.Group> Change(HttpContext context)
    {
        var group = _groups.RequireGroup(context.Route("name"));
        var wanted = await context.Body(ContractJson.Default.GroupChange);
        var put = Friends(wanted.Add);
        var taken = Friends(wanted.Remove);
        if (store.Groups.Change(group.Id, put, taken) is not { } changed)
        {
            // Deleted in between: says so.
            changed = _groups.RequireGroup(group.Name);
        }

        audiences.Regrouped([.. put, .. taken]);
        return Shown([changed]).Single();
    }

    private Task Delete(HttpContext context)
    {
        var group = _groups.RequireGroup(context.Route("name"));
        if (store.Groups.Delete(group.Id) is { } deleted)
        {
            audiences.Regrouped(deleted.Members);
        }

        return Task.CompletedTask;
    }

    private FriendId[] Friends(IReadOnlyList<string>? names) =>
        [.. (names ?? []).Select(name => _names.Require(name).Id)];

    private IEnumerable<Contract.Group> Shown(IReadOnlyList<Storage.Group> groups)
    {
        var shares = store.Shares.All;
        return groups.Select(group => new Contract.Group(
            group.Name,
            [.. group.Members.Select(_names.Of).Order(StringComparer.Ordinal)],
            [
                .. shares
                    .Where(share => share.Audience.Groups.Contains(group.Id))
                    .Select(share => share.Name),
            ]
        ));
    }
}
