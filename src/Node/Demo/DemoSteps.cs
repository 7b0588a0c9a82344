using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Demo;

/// <summary>What people do with their nodes, by the API that the command line uses.</summary>
internal sealed class DemoSteps(Screen screen, CancellationToken cancel)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <returns>The link that made them friends.</returns>
    public async Task<string> Befriend(DemoNode inviter, DemoNode newcomer)
    {
        var invite = await inviter.Api.Post(
            "/invites",
            new NewInvite(),
            ContractJson.Default.NewInvite,
            ContractJson.Default.Invite,
            cancel
        );
        await newcomer.Api.Post(
            "/friends",
            new NewFriend(invite.Link ?? ""),
            ContractJson.Default.NewFriend,
            ContractJson.Default.Friend,
            cancel
        );
        return invite.Link ?? "";
    }

    /// <summary>Until all of it is hashed.</summary>
    public async Task<Share> AddShare(DemoNode node, NewShare wanted)
    {
        var share = await node.Api.Post(
            "/shares",
            wanted,
            ContractJson.Default.NewShare,
            ContractJson.Default.Share,
            cancel
        );
        using (var bar = new ProgressBar(screen, "hashing"))
        {
            var path = $"/shares/{Uri.EscapeDataString(share.Name)}/events";
            var events = node.Api.Events(path, ContractJson.Default.Share, cancel);
            await foreach (var now in events)
            {
                share = now;
                if (now.State != "indexing")
                {
                    break;
                }

                if (now.Hashing is { } hashing)
                {
                    bar.Show(hashing.BytesDone, hashing.Bytes);
                }
            }
        }

        Telling.Require(share.State == "ready", $"The share is {share.State}: {share.Problem}");
        return share;
    }

    public Task<IReadOnlyList<Hit>> Search(DemoNode node, string words, int limit) =>
        node.Api.Get(
            $"/search?q={Uri.EscapeDataString(words)}&limit={limit}",
            ContractJson.Default.IReadOnlyListHit,
            cancel
        );

    public Task<Transfer> StartFetch(DemoNode node, string id, string into) =>
        node.Api.Post(
            "/transfers",
            new NewTransfer(id, into),
            ContractJson.Default.NewTransfer,
            ContractJson.Default.Transfer,
            cancel
        );

    public async Task<Transfer> FinishFetch(DemoNode node, Transfer transfer)
    {
        using (var bar = new ProgressBar(screen, "fetching"))
        {
            var path = $"/transfers/{transfer.Id}/events";
            var events = node.Api.Events(path, ContractJson.Default.Transfer, cancel);
            await foreach (var now in events)
            {
                transfer = now;
                bar.Show(now.Done, now.Total);
                if (now.State is "done" or "failed" or "cancelled")
                {
                    break;
                }
            }
        }

        var state = transfer.State;
        Telling.Require(state == "done", $"The transfer {state}: {transfer.Problem}");
        return transfer;
    }

    public Task<T> Ask<T>(DemoNode node, string path, JsonTypeInfo<T> type) =>
        node.Api.Get(path, type, cancel);

    /// <summary>Asks again until the answer is as wanted.</summary>
    /// <param name="late">What to say if it never is.</param>
    public async Task<T> Until<T>(Func<Task<T>> ask, Func<T, bool> isWanted, string late)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(LookAgain);
        while (true)
        {
            var now = await ask();
            if (isWanted(now))
            {
                return now;
            }

            Telling.Require(clock.Elapsed < WaitMax, late);
            await timer.WaitForNextTickAsync(cancel);
        }
    }
}
