using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Cli.Verbs;

namespace FriendNet.Node.Demo;

/// <summary>
/// Friends of friends: Alice - Bob - {Carol, Dave} - Erin. What Erin shows her circle Bob finds and
/// fetches over two friends, who cannot read what they pass on.
/// </summary>
internal sealed class CircleStory(
    Telling telling,
    DemoSteps steps,
    Cast cast,
    string parent,
    CancellationToken cancel
)
{
    private const string Words = "lighthouse";
    private const int ResultsMax = 50;

    /// <summary>Each of the two ways has to carry a part that shows.</summary>
    private const double ShareMin = 0.1;

    private readonly string _source = Path.Combine(parent, MadeFolder.Name);
    private DemoNode _carol = null!;
    private DemoNode _dave = null!;
    private DemoNode _erin = null!;

    public async Task Befriend(DemoNode bob)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(
            cast.Enter("Carol", cancel, "--relay-capture", SeenBy("Carol")),
            cast.Enter("Dave", cancel, "--relay-capture", SeenBy("Dave")),
            cast.Enter("Erin", cancel)
        );
        (_carol, _dave, _erin) = (all[0], all[1], all[2]);
        await Task.WhenAll(steps.Befriend(bob, _carol), steps.Befriend(_erin, _dave));
        await Task.WhenAll(steps.Befriend(bob, _dave), steps.Befriend(_erin, _carol));
        telling.Tell(
            "Carol, Dave and Erin started too. Bob is a friend of Carol and Dave, and so is Erin; "
                + $"Bob and Erin do not know each other ({Since(clock)})."
        );
    }

    public async Task ShareWithCircle()
    {
        await MadeFolder.Make(parent, cancel);
        var clock = Stopwatch.StartNew();
        var share = await steps.AddShare(_erin, new NewShare(_source, Audience: ["circle"]));
        telling.Tell(
            $"Erin made a folder, {Amount.Files(share.Files)} of random bytes, "
                + $"{Amount.Bytes(share.Bytes)}, and shares it with her circle: her friends and "
                + $"their friends ({Since(clock)})."
        );
    }

    /// <returns>The folder's id.</returns>
    public async Task<string> Search(DemoNode alice, DemoNode bob)
    {
        var clock = Stopwatch.StartNew();
        var hit = await steps.Until(
            () => FolderOf(bob),
            hit => hit?.Sources.Count(source => source.Hops == 2) == 2,
            "Bob does not find Erin's folder in two ways."
        );
        var found = Since(clock);
        clock.Restart();
        var hits = await steps.Search(bob, Words, ResultsMax);
        telling.Tell(
            $"Bob searched for \"{Words}\", on his own machine: {Amount.Count(hits.Count)} results "
                + $"in {clock.Elapsed.TotalMilliseconds:0} ms, {found} after Erin shared it."
        );
        var ways = hit!
            .Sources.OrderBy(source => source.Via, StringComparer.Ordinal)
            .Select(source => $"over {source.Via}, {source.Hops} steps");
        telling.Note(
            $"{hit.Name}/ has {Amount.Files(hit.Files)}, {Amount.Bytes(hit.Size)}, "
                + $"{hit.Ways} ways: {string.Join("; ", ways)}"
        );
        var beyond = await steps.Search(alice, Words, ResultsMax);
        Telling.Require(beyond.Count == 0, "Alice, three steps from Erin, finds her folder.");
        telling.Note("Alice, three steps from Erin, searched for it too: no result");
        return hit.Id;
    }

    public async Task ShowReach(DemoNode bob)
    {
        var reach = await steps.Ask(bob, "/reach", ContractJson.Default.Reach);
        telling.Tell("`friendnet reach`, what lies around Bob:");
        foreach (var (name, value) in ReachVerb.Facts(reach))
        {
            telling.Note($"{name, -14}  {value}");
        }
    }

    public async Task FetchOverBoth(DemoNode bob, string id)
    {
        var clock = Stopwatch.StartNew();
        var started = await steps.StartFetch(bob, id, Path.Combine(parent, "over-both"));
        var transfer = await steps.FinishFetch(bob, started);
        var seconds = clock.Elapsed.TotalSeconds;
        long carol = Passed("Carol"),
            dave = Passed("Dave");
        telling.Tell(
            $"Bob fetched it over both: {Amount.Bytes(transfer.Total)} in {Amount.Time(seconds)} "
                + $"({Amount.Rate(transfer.Total / seconds)}). Carol passed on "
                + $"{Amount.Bytes(carol)}, Dave {Amount.Bytes(dave)}."
        );
        Telling.Require(
            Math.Min(carol, dave) > transfer.Total * ShareMin && carol + dave > transfer.Total,
            "The fetch did not go over both of them."
        );
        Prove(transfer.Into);
    }

    /// <summary>Carol is killed amid a second fetch.</summary>
    public async Task FetchWhileCarolDies(DemoNode bob, string id)
    {
        long before = Passed("Carol"),
            dave = Passed("Dave");
        var transfer = await steps.StartFetch(bob, id, Path.Combine(parent, "over-dave"));
        await steps.Until(
            () => Task.FromResult(Passed("Carol") - before),
            passed => passed > transfer.Total * ShareMin,
            "Carol passes nothing on."
        );
        await _carol.Kill(cancel);
        var clock = Stopwatch.StartNew();
        var path = $"/transfers/{transfer.Id}";
        var left = await steps.Ask(bob, path, ContractJson.Default.Transfer);
        Telling.Require(left.State != "done", "The fetch was done before Carol was killed.");
        transfer = await steps.FinishFetch(bob, transfer);
        telling.Tell(
            $"Bob fetched it again. After {Amount.Bytes(left.Done)} Carol was killed (kill -9); "
                + $"the rest came over Dave, done {Since(clock)} later. This time Carol passed on "
                + $"{Amount.Bytes(Passed("Carol") - before)}, Dave "
                + $"{Amount.Bytes(Passed("Dave") - dave)}."
        );
        Prove(transfer.Into);
    }

    /// <summary>Nothing of the folder is in what the two decrypted and passed on.</summary>
    public async Task ShowWhatTheySaw()
    {
        var clock = Stopwatch.StartNew();
        var proof = new CaptureProof(_source, await Roots());
        var seen = Passed("Carol") + Passed("Dave");
        var found = proof.Find(SeenBy("Carol")) + proof.Find(SeenBy("Dave"));
        Telling.Require(found == 0, $"{found} pieces of the folder are in what the relays saw.");
        var control = proof.FindInItself();
        Telling.Require(
            control == proof.Pieces,
            $"The search itself finds only {control} of {proof.Pieces} pieces in the folder."
        );
        telling.Tell(
            $"All {Amount.Bytes(seen)} that Carol and Dave decrypted from their links and passed "
                + $"on were recorded and searched: of {Amount.Count(proof.Samples)} samples of the "
                + $"files, {proof.Names} names and {proof.Pieces - proof.Samples - proof.Names} "
                + $"file ids none is in it ({Since(clock)})."
        );
        telling.Note($"the same search in Erin's own folder finds all {Amount.Count(control)}");
        telling.Note("they may look at it as her friends; what Bob fetched of it they cannot tell");
    }

    public async Task Withdraw(DemoNode bob)
    {
        var clock = Stopwatch.StartNew();
        await _erin.Api.Delete($"/shares/{Uri.EscapeDataString(MadeFolder.Name)}", cancel);
        await steps.Until(
            () => steps.Search(bob, Words, ResultsMax),
            hits => hits.Count == 0,
            "Bob still finds what Erin no longer shares."
        );
        telling.Tell($"Erin shares it no more: Bob's search finds nothing {Since(clock)} later.");
    }

    private async Task<Hit?> FolderOf(DemoNode bob)
    {
        var hits = await steps.Search(bob, Words, ResultsMax);
        return hits.FirstOrDefault(hit => hit.Kind == "folder" && hit.Name == MadeFolder.Name);
    }

    /// <summary>Ids of the files as Erin shows them, as raw bytes.</summary>
    private async Task<List<byte[]>> Roots()
    {
        var roots = new List<byte[]>();
        var folders = new Queue<string>([MadeFolder.Name]);
        while (folders.TryDequeue(out var folder))
        {
            var entries = await steps.Ask(
                _erin,
                $"/shares/view-as?path={Uri.EscapeDataString(folder)}",
                ContractJson.Default.IReadOnlyListEntry
            );
            foreach (var entry in entries)
            {
                if (entry.Root is { } root)
                {
                    roots.Add(Convert.FromHexString(root));
                }
                else
                {
                    folders.Enqueue($"{folder}/{entry.Name}");
                }
            }
        }

        return roots;
    }

    private void Prove(string result)
    {
        var (files, bytes) = TreeProof.Compare(_source, result, cancel);
        telling.Note(
            $"compared byte by byte with Erin's own: {Amount.Files(files)} and "
                + $"{Amount.Bytes(bytes)} are the same"
        );
    }

    private string SeenBy(string name) => Path.Combine(parent, $"seen-by-{name}");

    private long Passed(string name) => new FileInfo(SeenBy(name)).Length;

    private static string Since(Stopwatch clock) => Amount.Time(clock.Elapsed.TotalSeconds);
}
