using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Cli.Verbs;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Demo;

/// <summary>The main job, step by step, each told with its figures when it is done.</summary>
internal sealed class DemoStory(
    Telling telling,
    DemoSteps steps,
    DemoFolder folder,
    CancellationToken cancel
)
{
    private const int ResultsMax = 500;

    public async Task Befriend(DemoNode alice, DemoNode bob)
    {
        var clock = Stopwatch.StartNew();
        var link = await steps.Befriend(alice, bob);
        telling.Tell(
            $"Alice made an invitation, a link of {link.Length} characters; Bob used it. "
                + $"They are friends after {Amount.Time(clock.Elapsed.TotalSeconds)}."
        );
        var type = ContractJson.Default.SafetyNumber;
        var hers = await steps.Ask(alice, "/friends/Bob/safety-number", type);
        var his = await steps.Ask(bob, "/friends/Alice/safety-number", type);
        Telling.Require(hers.Digits == his.Digits, "The safety numbers differ.");
        var some = hers.Digits[..15];
        telling.Note($"safety number on both sides: {some}... ({hers.Digits.Length} digits)");
    }

    public async Task<Share> ShareFolder(DemoNode alice)
    {
        var clock = Stopwatch.StartNew();
        var share = await steps.AddShare(alice, new NewShare(folder.Path, folder.ShareName));
        var seconds = clock.Elapsed.TotalSeconds;
        telling.Tell(
            $"Alice shares {folder.Path}: {Amount.Files(share.Files)}, "
                + $"{Amount.Bytes(share.Bytes)}, hashed in {Amount.Time(seconds)} "
                + $"({Amount.Rate(share.Bytes / seconds)})."
        );
        if (share.Problem is { } problem)
        {
            telling.Note(problem);
        }

        return share;
    }

    /// <summary>Until Bob holds all of Alice's catalog.</summary>
    public async Task AwaitCatalog(DemoNode bob, Share share)
    {
        var clock = Stopwatch.StartNew();
        var seen = await steps.Until(
            () => steps.Ask(bob, "/friends/Alice", ContractJson.Default.Friend),
            friend => friend.Files >= share.Files,
            $"Bob does not hold all of Alice's {Amount.Count(share.Files)} entries."
        );
        telling.Tell(
            $"Bob has her catalog, {Amount.Files(seen.Files)}, "
                + $"{Amount.Time(clock.Elapsed.TotalSeconds)} after that."
        );
    }

    /// <returns>The id of the folder that is worth fetching.</returns>
    public async Task<string> Search(DemoNode bob)
    {
        var words = folder.Wanted.Length > 0 ? folder.Wanted : folder.ShareName;
        var clock = Stopwatch.StartNew();
        var hits = await steps.Search(bob, words, ResultsMax);
        var milliseconds = clock.Elapsed.TotalMilliseconds;
        var first = hits.Count == ResultsMax ? "the first " : "";
        telling.Tell(
            $"Bob searched for \"{words}\": {first}{Amount.Count(hits.Count)} results in "
                + $"{milliseconds:0} ms."
        );
        var hit = hits.FirstOrDefault(hit =>
            hit.Kind == "folder" && hit.Path.Trim('/') == folder.WantedPath
        );
        if (hit is not null)
        {
            var from = string.Join(", ", hit.Sources.Select(source => source.Via));
            telling.Note(
                $"{hit.Path}/ has {Amount.Files(hit.Files)}, {Amount.Bytes(hit.Size)}, from {from}"
            );
            return hit.Id;
        }

        var entry = await Browse(bob);
        telling.Note($"by browsing he found {folder.WantedPath}/, {Amount.Files(entry.Files)}");
        return entry.Id;
    }

    /// <returns>Where it is.</returns>
    public async Task<string> Fetch(DemoNode bob, string id, string into)
    {
        var clock = Stopwatch.StartNew();
        var transfer = await steps.FinishFetch(bob, await steps.StartFetch(bob, id, into));
        var seconds = clock.Elapsed.TotalSeconds;
        telling.Tell(
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
        telling.Tell(
            $"Compared byte by byte with Alice's own folder: {Amount.Count(files)} of "
                + $"{Amount.Files(folder.WantedFiles)} and {Amount.Bytes(bytes)} are the same "
                + $"({Amount.Time(clock.Elapsed.TotalSeconds)})."
        );
    }

    public async Task ShowPeer(DemoNode bob)
    {
        await bob.Api.Post("/peers/Alice/ping", ContractJson.Default.Pong, cancel);
        var peer = await steps.Ask(bob, "/peers/Alice", ContractJson.Default.Peer);
        telling.Tell("`friendnet peer show Alice`, as Bob sees the link:");
        foreach (var (name, value) in PeerShow.Facts(peer))
        {
            telling.Note($"{name, -10}  {value}");
        }
    }

    /// <summary>Many may be called alike: then the one wanted is not among the first.</summary>
    private async Task<Entry> Browse(DemoNode bob)
    {
        var path = folder.Wanted.Length > 0 ? folder.ShareName : "";
        var name = folder.Wanted.Length > 0 ? folder.Wanted : folder.ShareName;
        var entries = await steps.Ask(
            bob,
            $"/browse?friend=Alice&path={Uri.EscapeDataString(path)}",
            ContractJson.Default.IReadOnlyListEntry
        );
        return entries.FirstOrDefault(entry => entry.Kind == "folder" && entry.Name == name)
            ?? throw new FailureException(
                FailureKind.NotFound,
                $"Alice's catalog does not show {folder.WantedPath}."
            );
    }
}
