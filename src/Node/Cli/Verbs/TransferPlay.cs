using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferPlay
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        var file = new Argument<string?>("FILE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Of a folder: the file's number or path, as `transfer files` shows them",
        };
        var from = new Option<long>("--from")
        {
            HelpName = "OFFSET",
            Description = "Begin at this byte (0)",
        };
        return new Verb(
            "play",
            "Write a file to standard output while it arrives, for a player.",
            "friendnet transfer play 3 | mpv -",
            "friendnet transfer play 3 'disc 1/film.mkv' | mpv -"
        )
        {
            id,
            file,
            from,
        }.Does(call => Run(call, call.Value(id), call.Value(file), call.Value(from)));
    }

    private static async Task Run(Call call, long id, string? name, long from)
    {
        if (call.Screen.OutIsTerminal)
        {
            throw new FailureException(
                FailureKind.Usage,
                $"A terminal plays nothing: try `friendnet transfer play {id} | mpv -`."
            );
        }

        var type = ContractJson.Default.IReadOnlyListFetchedFile;
        var files = await call.Api.Get($"/transfers/{id}/files", type, call.Cancel);
        var file = Choose(files, id, name);
        if (from < 0 || from > file.Size)
        {
            throw new FailureException(
                FailureKind.Usage,
                $"{file.Path} has {file.Size} bytes: say --from 0 to {file.Size}."
            );
        }

        if (from == file.Size)
        {
            return;
        }

        await using var output = Console.OpenStandardOutput();
        var path = $"/transfers/{id}/files/{file.Number}";
        if (!await call.Api.Copy(path, from, output, call.Cancel))
        {
            throw await BrokenOff(call, id);
        }
    }

    private static FetchedFile Choose(IReadOnlyList<FetchedFile> files, long id, string? name)
    {
        if (name is null && files is [var only])
        {
            return only;
        }

        return files.FirstOrDefault(file => file.Path == name)
            ?? files.FirstOrDefault(file => $"{file.Number}" == name)
            ?? throw new FailureException(
                name is null ? FailureKind.Usage : FailureKind.NotFound,
                (
                    name is null
                        ? $"Transfer {id} has several files"
                        : $"There is no \"{name}\" in it"
                ) + $": say a number or path, as `friendnet transfer files {id}` shows them."
            );
    }

    private static async Task<FailureException> BrokenOff(Call call, long id)
    {
        var type = ContractJson.Default.Transfer;
        var now = await call.Api.Get($"/transfers/{id}", type, call.Cancel);
        var kind = now.State == "paused" ? FailureKind.Cancelled : FailureTable.Kind(now.Code);
        return new(
            kind == FailureKind.None ? FailureKind.Internal : kind,
            $"{now.Name} broke off ({now.State}): {now.Problem ?? "see the daemon's log."}"
        );
    }
}
