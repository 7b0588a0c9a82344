using System.Globalization;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/transfers.</summary>
/// <param name="downloads">The folder for what is not said where to put, absolute.</param>
public sealed class TransferEndpoints(
    Downloader downloader,
    CatalogBrowse catalogs,
    Chosen chosen,
    FriendNames names,
    TransferSources sources,
    string downloads
) : IEndpoints
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Transfer;
        var all = ContractJson.Default.IReadOnlyListTransfer;
        const string known = "/api/v1/transfers/{id}";
        routes.MapGet("/api/v1/transfers", Answers.Json(all, _ => List()));
        routes.MapPost("/api/v1/transfers", Answers.Json(one, Start));
        routes.MapPost(
            "/api/v1/transfers/clear",
            Answers.Json(all, IReadOnlyList<Transfer> (_) => [.. downloader.Clear().Select(Shown)])
        );
        routes.MapGet(known, Answers.Json(one, context => Shown(Require(context))));
        routes.MapGet($"{known}/events", Answers.Events(one, Follow));
        routes.MapPost($"{known}/pause", Answers.Json(one, context => Pause(Require(context))));
        routes.MapPost($"{known}/resume", Answers.Json(one, context => Resume(Require(context))));
        routes.MapPost($"{known}/cancel", Answers.Json(one, context => Cancel(Require(context))));
    }

    private IReadOnlyList<Transfer> List() => [.. downloader.List().Select(Shown)];

    private async Task<Transfer> Start(HttpContext context)
    {
        var wanted = await context.Body(ContractJson.Default.NewTransfer);
        var what = chosen.Require(wanted.What);
        return Begin(
            wanted.Into,
            into =>
                what.Folder is { } folder
                    ? downloader.StartFolder(folder.Name, FilesOf(folder), into, wanted.Quiet)
                    : downloader.StartFile(
                        NameOf(what),
                        what.Content ?? default,
                        into,
                        wanted.Quiet
                    )
        );
    }

    /// <summary>Begins a transfer in a folder, which is made; null: the download folder.</summary>
    /// <exception cref="FailureException">The disk refuses, or a name.</exception>
    public Transfer Begin(string? into, Func<string, TransferId> start)
    {
        try
        {
            into = into is null ? downloads : SaidPath.Absolute(into);
            Directory.CreateDirectory(into);
            var id = start(into);
            return Shown(downloader.Find(id) ?? throw Gone(id.Value));
        }
        catch (Exception error)
            when (error is DownloadRefusedException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.Disk, error.Message, error);
        }
    }

    private IReadOnlyList<OfferedFile> FilesOf(ListedFolder folder) =>
        [
            .. catalogs
                .FilesUnder(folder.Owner, folder.Path)
                .Select(file => new OfferedFile(file.Path, file.Content)),
        ];

    // A content that nobody shows now has no name yet.
    private static string NameOf(Resolved what) =>
        what.Names is [var name, ..] ? name : what.Content?.Root.ToString() ?? "";

    private Transfer Pause(TransferProgress transfer)
    {
        Require(downloader.Pause(transfer.Row.Id), transfer, "running");
        return Shown(downloader.Find(transfer.Row.Id) ?? transfer);
    }

    private Transfer Resume(TransferProgress transfer)
    {
        // One that waits looks again at once, also at those who sent wrong data.
        if (StateOf(transfer) == "waiting")
        {
            _ = downloader.Pause(transfer.Row.Id);
        }

        Require(downloader.Resume(transfer.Row.Id), transfer, "paused");
        return Shown(downloader.Find(transfer.Row.Id) ?? transfer);
    }

    private Transfer Cancel(TransferProgress transfer)
    {
        Require(downloader.Cancel(transfer.Row.Id), transfer, "running or paused");
        return Cancelled(transfer);
    }

    private static void Require(bool done, TransferProgress transfer, string state)
    {
        if (!done)
        {
            throw new FailureException(
                FailureKind.Usage,
                $"Transfer {transfer.Row.Id.Value} is not {state}: it is {StateOf(transfer)}."
            );
        }
    }

    private async IAsyncEnumerable<Transfer> Follow(HttpContext context)
    {
        var last = Require(context);
        var id = last.Row.Id;
        var cancel = context.RequestAborted;
        Task<TransferEnd>? ended = null;
        while (true)
        {
            if (downloader.Find(id) is not { } now)
            {
                // Forgotten since, when it is done; else given up.
                var end = ended is { IsCompletedSuccessfully: true } ? await ended : default;
                yield return end.State == TransferState.Done
                    ? Shown(last) with
                    {
                        State = "done",
                        Done = last.Row.Bytes,
                        Into = end.Place ?? last.Place,
                    }
                    : Cancelled(last);
                yield break;
            }

            last = now;
            yield return Shown(now);
            if (now.Row.State is TransferState.Done or TransferState.Paused)
            {
                yield break;
            }

            ended = downloader.WhenEnded(id);
            await (ended ?? Task.CompletedTask)
                .WaitAsync(LookAgain, TimeProvider.System, cancel)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private TransferProgress Require(HttpContext context)
    {
        var text = context.Route("id");
        var isId = long.TryParse(text, NumberStyles.None, null, out var id);
        return (isId ? downloader.Find(new TransferId(id)) : null)
            ?? throw new FailureException(
                FailureKind.NotFound,
                $"There is no transfer \"{text}\": see `friendnet transfer list`."
            );
    }

    private static FailureException Gone(long id) =>
        new(FailureKind.Cancelled, $"Transfer {id} was cancelled at once.");

    private Transfer Cancelled(TransferProgress transfer) =>
        Shown(transfer) with
        {
            State = "cancelled",
            Code = FailureTable.Of(FailureKind.Cancelled).Code,
        };

    private Transfer Shown(TransferProgress transfer)
    {
        var row = transfer.Row;
        var state = StateOf(transfer);
        FailureKind? kind = state switch
        {
            "waiting" when transfer.Why == Effect.TransferWaits.WrongData => FailureKind.Corrupt,
            "waiting" => FailureKind.NoSource,
            "failed" => FailureKind.Disk,
            _ => null,
        };
        return new(
            row.Id.Value,
            row.Name,
            state,
            transfer.BytesStored,
            row.Bytes,
            row.Files,
            transfer.BytesPerSecond,
            transfer.SecondsLeft,
            transfer.Place,
            transfer.Checked is { } percent ? CheckSentence(percent) : transfer.Why,
            kind is { } failure ? FailureTable.Of(failure).Code : null,
            sources.Of(transfer.Sources),
            [.. transfer.Blamed.Select(one => new Blame(names.Of(one.Source), one.File, one.Leaf))]
        );
    }

    private static string CheckSentence(int percent) =>
        $"{percent}% of what came before is hashed again: it was changed, or the daemon killed.";

    private static string StateOf(TransferProgress transfer) =>
        transfer.Row.State switch
        {
            TransferState.Done => "done",
            TransferState.Cancelled => "cancelled",
            TransferState.Paused => transfer.Why is null ? "paused" : "failed",
            TransferState.Finishing => "finishing",
            _ when transfer.Checked is not null => "checking",
            _ => transfer.Why is null ? "fetching" : "waiting",
        };
}
