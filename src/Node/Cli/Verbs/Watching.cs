using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Waits for a transfer, with a bar, and turns its end into an exit code.</summary>
internal static class Watching
{
    /// <param name="patience">How long it may go without any source; the transfer stays.</param>
    public static async Task<Transfer> Follow(Call call, Transfer transfer, TimeSpan patience)
    {
        using var bar = new ProgressBar(call.Screen, transfer.Name);
        var idle = Stopwatch.StartNew();
        var path = $"/transfers/{transfer.Id}/events";
        try
        {
            var events = call.Api.Events(path, ContractJson.Default.Transfer, call.Cancel);
            await foreach (var now in events)
            {
                if (now.Done != transfer.Done || now.State != "waiting")
                {
                    idle.Restart();
                }

                transfer = now;
                bar.Show(now.Done, now.Total, now.State == "fetching" ? null : now.Problem);
                if (IsOver(now) || (now.State == "waiting" && idle.Elapsed > patience))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            throw new FailureException(
                FailureKind.Interrupted,
                $"{transfer.Name} goes on by itself: see `friendnet transfer watch {transfer.Id}`, "
                    + $"or stop it with `friendnet transfer cancel {transfer.Id}`."
            );
        }

        call.Outcome = Outcome(transfer);
        return transfer;
    }

    /// <summary>What came of it; what is not success goes to stderr.</summary>
    public static void Say(Call call, Transfer transfer)
    {
        if (call.Outcome == FailureKind.None)
        {
            call.Line(Sentence(transfer));
        }
        else
        {
            call.Complain(Sentence(transfer));
        }
    }

    private static string Sentence(Transfer transfer)
    {
        var name = transfer.Name;
        var again = $"`friendnet transfer watch {transfer.Id}`";
        return transfer.State switch
        {
            "done" => $"{transfer.Into}: {Amount.Files(transfer.Files)}, "
                + $"{Amount.Bytes(transfer.Total)}, verified.",
            "failed" => $"{name} stopped: {transfer.Problem} Then go on with "
                + $"`friendnet transfer resume {transfer.Id}`.",
            "cancelled" => $"{name} was cancelled.",
            "paused" => $"{name} is paused: `friendnet transfer resume {transfer.Id}` goes on.",
            "waiting" => $"{name} waits: {transfer.Problem} See {again}.",
            _ => $"{name} is being fetched: see {again}.",
        };
    }

    private static bool IsOver(Transfer transfer) =>
        transfer.State is "done" or "failed" or "cancelled" or "paused"
        || FailureTable.Kind(transfer.Code) == FailureKind.Corrupt;

    private static FailureKind Outcome(Transfer transfer) =>
        transfer.State switch
        {
            "done" => FailureKind.None,
            "cancelled" or "paused" => FailureKind.Cancelled,
            _ => FailureTable.Kind(transfer.Code),
        };
}
