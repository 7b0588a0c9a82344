using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// An owner shares a film and a folder of notes with its circle; its friend fetches both, and a
/// friend of that friend too, through it. One of them is killed, again and again.
/// </summary>
internal sealed class KillLine : IDisposable
{
    private const int MoreMax = 1_000;
    private readonly Scratch _scratch = new();
    private readonly LiveNode _owner;
    private readonly LiveNode _middle;
    private readonly LiveNode _far;
    private readonly string _shared;
    private List<string> _promised = [];
    private bool _isShared;
    private int _round;

    internal KillLine(long filmBytes, int notes)
    {
        _shared = _scratch.Folder("shared");
        KillTests.Fill(Path.Combine(_shared, "film.mkv"), filmBytes);
        var random = new Random(notes);
        for (var note = 0; note < notes; note++)
        {
            var name = $"shared/notes/{note / 20}/{note}.txt";
            _scratch.File(name, random.Next(60_000), seed: note);
        }

        _scratch.File("shared/notes/long.pdf", (3 << 20) + 77, seed: notes);
        (_owner, _middle, _far) = (Node("owner"), Node("middle"), Node("far"));
        LiveNode.Befriend(_owner, _middle);
        LiveNode.Befriend(_middle, _far);
    }

    /// <summary>How often it makes which calls in a round in which nobody kills it.</summary>
    internal async Task<IReadOnlyDictionary<string, int>> Count(string role)
    {
        if (!_isShared)
        {
            _owner.Ok("share", "add", _shared, "--audience", "circle");
            await _owner.AwaitIndex();
            _isShared = true;
        }

        var log = Path.Combine(_scratch, $"calls-{role}");
        var (victim, fetcher) = (VictimOf(role), FetcherOf(role));
        await Round(role, KillPoint.Counting(log), () => Complete(fetcher, victim));
        // Written once it has seen that the daemon is gone.
        Assert.True(SpinWait.SpinUntil(() => File.Exists(log), TimeSpan.FromSeconds(30)));
        return KillPoint.Counted(log);
    }

    /// <summary>False: it never came to that point, and was killed at the end.</summary>
    internal async Task<bool> Survives(string role, KillPoint point)
    {
        var victim = VictimOf(role);
        var mark = Path.Combine(_scratch, $"met-{_round}");
        await Round(role, point.Wrapper(mark), Until);
        return point.Call is null || File.Exists(mark);

        async Task Until()
        {
            if (point.Call is null)
            {
                await victim.EndedWithin(TimeSpan.FromMilliseconds(point.Nth));
                return;
            }

            // Killed in place of its own call, or done with all that there was to do.
            await Task.WhenAny(victim.Ended(), Complete(FetcherOf(role), victim));
            for (var more = 0; more < MoreMax && point.IsEndless && !victim.HasEnded; more++)
            {
                await InviteAndRevoke(victim);
            }
        }
    }

    public void Dispose()
    {
        foreach (var node in (LiveNode[])[_owner, _middle, _far])
        {
            node.Dispose();
        }

        _scratch.Dispose();
    }

    private LiveNode VictimOf(string role) => role == "source" ? _owner : _middle;

    private LiveNode FetcherOf(string role) => role == "relay" ? _far : _middle;

    private LiveNode Node(string name)
    {
        var node = new LiveNode(_scratch, name);
        node.Start();
        return node;
    }

    /// <summary>One victim, one kill, and all must be well afterwards.</summary>
    private async Task Round(string role, string[] wrapper, Func<Task> until)
    {
        var (victim, fetcher) = (VictimOf(role), FetcherOf(role));
        var target = _scratch.Folder($"target-{++_round}");
        string[] ids = [await fetcher.Find("film.mkv"), await fetcher.Find("notes")];
        victim.Kill();
        foreach (var id in victim == fetcher ? [] : ids)
        {
            fetcher.Ok("get", id, "-o", target, "--no-wait");
        }

        _promised = [];
        if (await victim.StartUnder(wrapper))
        {
            _promised.AddRange(Ordered(victim, victim == fetcher ? ids : [], target));
            _promised.AddRange(await Invites(victim));
            await until();
        }

        victim.Kill();
        victim.Start();
        await Whole(victim, fetcher, ids, target);
    }

    /// <summary>What the victim said yes to before it died.</summary>
    private static List<string> Ordered(LiveNode victim, string[] ids, string target)
    {
        var promised = new List<string>();
        foreach (var id in ids)
        {
            if (victim.Call("get", id, "-o", target, "--no-wait").Code == 0)
            {
                promised.Add(id);
            }
        }

        return promised;
    }

    private static async Task<List<string>> Invites(LiveNode victim, int count = 3)
    {
        var promised = new List<string>();
        var api = Api(victim);
        try
        {
            for (var number = 0; number < count; number++)
            {
                var made = await api.Post(
                    "/invites",
                    new NewInvite(),
                    ContractJson.Default.NewInvite,
                    ContractJson.Default.Invite,
                    TestContext.Current.CancellationToken
                );
                promised.Add(made.Id);
            }
        }
        catch (FailureException)
        {
            // Killed amid it: nothing was acknowledged.
        }

        return promised;
    }

    /// <summary>Two writes that last, and nothing is left of them.</summary>
    private static async Task InviteAndRevoke(LiveNode victim)
    {
        var api = Api(victim);
        try
        {
            foreach (var id in await Invites(victim, 1))
            {
                await api.Delete($"/invites/{id}", TestContext.Current.CancellationToken);
            }
        }
        catch (FailureException)
        {
            // Killed amid it, as was wanted.
        }
    }

    private static ApiClient Api(LiveNode node) =>
        new(FriendNet.Node.Configuration.Home.At(node.Home, _ => null));

    private static async Task Complete(LiveNode fetcher, LiveNode victim)
    {
        try
        {
            await fetcher.Until(
                "/transfers",
                ContractJson.Default.IReadOnlyListTransfer,
                all => all.All(one => one.State == "done")
            );
        }
        catch (FailureException) when (victim == fetcher)
        {
            // It is the one that is killed.
        }
    }

    private async Task Whole(LiveNode victim, LiveNode fetcher, string[] ids, string target)
    {
        var invites = await victim.Ask("/invites", ContractJson.Default.IReadOnlyListInvite);
        var kept = invites.Select(invite => invite.Id).ToHashSet();
        Assert.All(_promised.Except(ids), id => Assert.Contains(id, kept));
        var type = ContractJson.Default.IReadOnlyListTransfer;
        var transfers = await fetcher.Ask("/transfers", type);
        string[] names = ["film.mkv", "notes"];
        for (var one = 0; one < ids.Length; one++)
        {
            var isThere = transfers.Any(transfer => transfer.Name == names[one]);
            var wasPromised = victim != fetcher || _promised.Contains(ids[one]);
            Assert.True(isThere || !wasPromised, $"{names[one]} was accepted and is not there.");
            if (!isThere)
            {
                fetcher.Ok("get", ids[one], "-o", target, "--no-wait");
            }
        }

        await Complete(fetcher, _far);
        foreach (var name in names)
        {
            MainJobTests.Same(Path.Combine(_shared, name), Path.Combine(target, name));
        }

        // Nothing twice, and nothing left over.
        Assert.Equal(names.Length, Directory.GetFileSystemEntries(target).Length);
        fetcher.Ok("transfer", "clear");
        Directory.Delete(target, recursive: true);
    }
}
