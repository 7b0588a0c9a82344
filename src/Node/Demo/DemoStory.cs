using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Cli.Verbs;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Demo;

/// <summary>The main job, step by step, each told with its figures when it is done.</summary>
internal sealed class DemoStory(Screen screen, DemoFolder folder, CancellationToken cancel)
{
    private const int ResultsMax = 500;
    private static readonly TimeSpan CatalogMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private int _step;

    public async Task Befriend(DemoNode alice, DemoNode bob)
    {
        var clock = Stopwatch.StartNew();
        var invite = await alice.Api.Post(
            "/invites",
            new NewInvite(),
            ContractJson.Default.NewInvite,
            ContractJson.Default.Invite,
            cancel
        );
        await bob.Api.Post(
            "/friends",
            new NewFriend(invite.Link ?? ""),
            ContractJson.Default.NewFriend,
            ContractJson.Default.Friend,
            cancel
        );
        Tell(
            $"Alice made an invitation, a link of {invite.Link?.Length} characters; Bob used it. "
                + $"They are friends after {Amount.Time(clock.Elapsed.TotalSeconds)}."
        );
        var type = ContractJson.Default.SafetyNumber;
        var hers = await alice.Api.Get("/friends/Bob/safety-number", type, cancel);
        var his = await bob.Api.Get("/friends/Alice/safety-number", type, cancel);
        Require(hers.Digits == his.Digits, "The safety numbers differ.");
        Note($"safety number on both sides: {hers.Digits[..15]}... ({hers.Digits.Length} digits)");
    }

    public async Task<Share> ShareFolder(DemoNode alice)
    {
        var clock = Stopwatch.StartNew();
        var share = await alice.Api.Post(
            "/shares",
            new NewShare(folder.Path, folder.ShareName),
            ContractJson.Default.NewShare,
            ContractJson.Default.Share,
            cancel
        );
        using (var bar = new ProgressBar(screen, "hashing"))
        {
            var path = $"/shares/{Uri.EscapeDataString(folder.ShareName)}/events";
            var events = alice.Api.Events(path, ContractJson.Default.Share, cancel);
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

        var seconds = clock.Elapsed.TotalSeconds;
        Require(share.State == "ready", $"The share is {share.State}: {share.Problem}");
        Tell(
            $"Alice shares {folder.Path}: {Amount.Files(share.Files)}, "
                + $"{Amount.Bytes(share.Bytes)}, hashed in {Amount.Time(seconds)} "
                + $"({Amount.Rate(share.Bytes / seconds)})."
        );
        if (share.Problem is { } problem)
        {
            Note(problem);
        }

        return share;
    }

    /// <summary>Until Bob holds all of Alice's catalog.</summary>
    public async Task AwaitCatalog(DemoNode bob, Share share)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(LookAgain);
        var type = ContractJson.Default.Friend;
        var seen = await bob.Api.Get("/friends/Alice", type, cancel);
        while (seen.Files < share.Files)
        {
            Require(
                clock.Elapsed < CatalogMax,
                $"Bob holds only {seen.Files} of {share.Files} entries."
            );
            await timer.WaitForNextTickAsync(cancel);
            seen = await bob.Api.Get("/friends/Alice", type, cancel);
        }

        Tell(
            $"Bob has her catalog, {Amount.Files(seen.Files)}, "
                + $"{Amount.Time(clock.Elapsed.TotalSeconds)} after that."
        );
    }

    /// <returns>The id of the folder that is worth fetching.</returns>
    public async Task<string> Search(DemoNode bob)
    {
        var words = folder.Wanted.Length > 0 ? folder.Wanted : folder.ShareName;
        var clock = Stopwatch.StartNew();
        var hits = await bob.Api.Get(
            $"/search?q={Uri.EscapeDataString(words)}&limit={ResultsMax}",
            ContractJson.Default.IReadOnlyListHit,
            cancel
        );
        var milliseconds = clock.Elapsed.TotalMilliseconds;
        var first = hits.Count == ResultsMax ? "the first " : "";
        Tell(
            $"Bob searched for \"{words}\": {first}{Amount.Count(hits.Count)} results in "
                + $"{milliseconds:0} ms."
        );
        var hit = hits.FirstOrDefault(hit =>
            hit.Kind == "folder" && hit.Path.Trim('/') == folder.WantedPath
        );
        if (hit is not null)
        {
            var from = string.Join(", ", hit.Sources.Select(source => source.Via));
            Note(
                $"{hit.Path}/ has {Amount.Files(hit.Files)}, {Amount.Bytes(hit.Size)}, from {from}"
            );
            return hit.Id;
        }

        var entry = await Browse(bob);
        Note($"by browsing he found {folder.WantedPath}/, {Amount.Files(entry.Files)}");
        return entry.Id;
    }

    /// <returns>Where it is.</returns>
    public async Task<string> Fetch(DemoNode bob, string id, string into)
    {
        var clock = Stopwatch.StartNew();
        var transfer = await bob.Api.Post(
            "/transfers",
            new NewTransfer(id, into),
            ContractJson.Default.NewTransfer,
            ContractJson.Default.Transfer,
            cancel
        );
        using (var bar = new ProgressBar(screen, "fetching"))
        {
            var path = $"/transfers/{transfer.Id}/events";
            var events = bob.Api.Events(path, ContractJson.Default.Transfer, cancel);
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

        var seconds = clock.Elapsed.TotalSeconds;
        Require(transfer.State == "done", $"The transfer {transfer.State}: {transfer.Problem}");
        Tell(
            $"Bob fetched it, encrypted on the way and every run verified before it was written: "
                + $"{Amount.Files(transfer.Files)}, {Amount.Bytes(transfer.Total)} in "
                + $"{Amount.Time(seconds)} ({Amount.Rate(transfer.Total / seconds)})."
        );
        return transfer.Into;
    }

    public void Prove(string result)
    {
        var clock = Stopwatch.StartNew();
        var source = Path.Combine(folder.Path, folder.Wanted);
        var (files, bytes) = TreeProof.Compare(source, result, cancel);
        Tell(
            $"Compared byte by byte with Alice's own folder: {Amount.Count(files)} of "
                + $"{Amount.Files(folder.WantedFiles)} and {Amount.Bytes(bytes)} are the same "
                + $"({Amount.Time(clock.Elapsed.TotalSeconds)})."
        );
    }

    public async Task ShowPeer(DemoNode bob)
    {
        await bob.Api.Post("/peers/Alice/ping", ContractJson.Default.Pong, cancel);
        var peer = await bob.Api.Get("/peers/Alice", ContractJson.Default.Peer, cancel);
        Tell("`friendnet peer show Alice`, as Bob sees the link:");
        foreach (var (name, value) in PeerShow.Facts(peer))
        {
            Note($"{name, -10}  {value}");
        }
    }

    public void Tell(string text) =>
        screen.Out.WriteLine(Printable.Escape($"{++_step, 2}. {text}"));

    /// <summary>Many may be called alike: then the one wanted is not among the first.</summary>
    private async Task<Entry> Browse(DemoNode bob)
    {
        var path = folder.Wanted.Length > 0 ? folder.ShareName : "";
        var name = folder.Wanted.Length > 0 ? folder.Wanted : folder.ShareName;
        var entries = await bob.Api.Get(
            $"/browse?friend=Alice&path={Uri.EscapeDataString(path)}",
            ContractJson.Default.IReadOnlyListEntry,
            cancel
        );
        return entries.FirstOrDefault(entry => entry.Kind == "folder" && entry.Name == name)
            ?? throw new FailureException(
                FailureKind.NotFound,
                $"Alice's catalog does not show {folder.WantedPath}."
            );
    }

    private void Note(string text) => screen.Out.WriteLine(Printable.Escape($"      {text}"));

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new FailureException(FailureKind.Internal, sentence);
        }
    }
}
