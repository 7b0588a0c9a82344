using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>`group add` and `group remove`: who comes in, who leaves.</summary>
internal static class GroupChanging
{
    public static Verb Add() =>
        Build(
            new Verb(
                "add",
                "Put friends into a group; they see at once what is for it.",
                "friendnet group add family Alice Bob"
            ),
            friends => new GroupChange(Add: friends)
        );

    public static Verb Remove() =>
        Build(
            new Verb(
                "remove",
                "Take friends out of a group; they stay friends.",
                "friendnet group remove family Bob"
            ),
            friends => new GroupChange(Remove: friends)
        );

    private static Verb Build(Verb verb, Func<string[], GroupChange> change)
    {
        var group = GroupName.Argument();
        var friends = new Argument<string[]>("FRIEND")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Their names, or ids",
            CompletionSources = { FriendName.Names },
        };
        verb.Add(group);
        verb.Add(friends);
        return verb.Does(call => Run(call, call.Value(group), change(call.Value(friends))));
    }

    private static async Task Run(Call call, string name, GroupChange change)
    {
        var changed = await call.Api.Patch(
            $"/groups/{Call.Segment(name)}",
            change,
            ContractJson.Default.GroupChange,
            ContractJson.Default.Group,
            call.Cancel
        );
        call.Answer(
            changed,
            ContractJson.Default.Group,
            group =>
                call.Line(
                    group.Members.Count == 0
                        ? $"{group.Name} has no members now."
                        : $"{group.Name}: {string.Join(", ", group.Members)}."
                )
        );
    }
}
