using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Configuration;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>`limit show`, `limit set`, `limit clear`.</summary>
internal static class LimitVerbs
{
    public static Verb Show() =>
        new Verb(
            "show",
            "Show how much may be sent, fetched and passed on now, and who says so.",
            "friendnet limit show"
        ).Does(async call =>
        {
            var type = ContractJson.Default.IReadOnlyListLimit;
            Say(call, await call.Api.Get("/limits", type, call.Cancel));
        });

    public static Verb Set()
    {
        var rate = new Argument<string>("RATE")
        {
            Description = "Bytes a second: 500kB, 5MB, off or max",
        };
        rate.CompletionSources.Add("off", "max");
        return Changing(
            new Verb(
                "set",
                "Limit what is sent, fetched or passed on, until it is cleared.",
                "friendnet limit set up 5MB",
                "friendnet limit set down 500kB --friend Alice",
                "friendnet limit set up-friend 1MB"
            ),
            rate
        );
    }

    public static Verb Clear() =>
        Changing(
            new Verb(
                "clear",
                "Take back what `limit set` said; the settings hold again.",
                "friendnet limit clear up",
                "friendnet limit clear down --friend Alice"
            ),
            null
        );

    private static Verb Changing(Verb verb, Argument<string>? rate)
    {
        var kind = new Argument<string>("KIND") { Description = string.Join(", ", LimitWords.All) };
        kind.AcceptOnlyFromAmong([.. LimitWords.All]);
        var friend = new Option<string?>("--friend")
        {
            HelpName = "NAME",
            Description = "For this friend only; with up, down or relay",
            CompletionSources = { FriendName.Names },
        };
        verb.Add(kind);
        if (rate is not null)
        {
            verb.Add(rate);
        }

        verb.Add(friend);
        return verb.Does(async call =>
        {
            var change = new LimitChange(
                call.Value(kind),
                call.Value(friend),
                rate is null ? null : call.Value(rate)
            );
            var limits = await call.Api.Patch(
                "/limits",
                change,
                ContractJson.Default.LimitChange,
                ContractJson.Default.IReadOnlyListLimit,
                call.Cancel
            );
            Say(call, limits);
            var held = limits.First(one => one.Kind == change.Kind && one.Friend is null);
            call.HintIf(
                change.Friend is null && held.By == "schedule",
                "The schedule says otherwise at this hour."
            );
        });
    }

    private static void Say(Call call, IReadOnlyList<Limit> limits) =>
        call.Answer(
            limits,
            ContractJson.Default.IReadOnlyListLimit,
            all =>
            {
                var table = new TextTable("LIMIT", "FRIEND", "RATE", "BY");
                foreach (var one in all)
                {
                    table.Add(one.Kind, one.Friend ?? "", Rate(one.BytesPerSecond), one.By);
                }

                table.Write(call.Screen);
            }
        );

    private static string Rate(long? rate) =>
        rate switch
        {
            null => "max",
            0 => "off",
            { } some => Amount.Rate(some),
        };
}
