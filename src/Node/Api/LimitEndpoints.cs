using FriendNet.Node.Api.Contract;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Running;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/limits: how much may be sent, fetched and passed on.</summary>
public sealed class LimitEndpoints(FriendStore store, LimitKeeper keeper) : IEndpoints
{
    private readonly FriendNames _names = new(store);

    public void Map(IEndpointRouteBuilder routes)
    {
        const string path = "/api/v1/limits";
        var all = ContractJson.Default.IReadOnlyListLimit;
        routes.MapGet(path, Answers.Json(all, IReadOnlyList<Limit> (_) => Shown()));
        routes.MapPatch(path, Answers.Json(all, Change));
    }

    private async Task<IReadOnlyList<Limit>> Change(HttpContext context)
    {
        var wanted = await context.Body(ContractJson.Default.LimitChange);
        if (!LimitWords.TryParse(wanted.Kind, out var kind))
        {
            var hint = Suggestion.For(wanted.Kind, LimitWords.All);
            throw Wrong(
                $"\"{wanted.Kind}\" is no limit: say {string.Join(", ", LimitWords.All)}.{hint}"
            );
        }

        FriendId? friend = wanted.Friend is { } name ? _names.Require(name).Id : null;
        if (friend is not null && LimitWords.Each(kind) is null)
        {
            throw Wrong($"{wanted.Kind} is for each friend: leave it, or the name, out.");
        }

        if (wanted.Rate is not { } text)
        {
            keeper.Clear(kind, friend);
        }
        else if (LimitWords.TryRate(text, out var rate))
        {
            keeper.Set(new SaidLimit(kind, friend, rate));
        }
        else
        {
            throw Wrong($"\"{text}\" is no rate: say 500kB or 5MB, or off, or max.");
        }

        return Shown();
    }

    private Limit[] Shown() =>
        [
            .. keeper.InForce.Select(one => new Limit(
                LimitWords.Of(one.Kind),
                one.Friend is { } friend ? _names.Of(friend) : null,
                one.Rate,
                one.By switch
                {
                    LimitBy.Setting => "setting",
                    LimitBy.Set => "set",
                    LimitBy.Schedule => "schedule",
                    _ => "nobody",
                }
            )),
        ];

    private static FailureException Wrong(string sentence) => new(FailureKind.Usage, sentence);
}
