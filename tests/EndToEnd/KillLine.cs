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
    private readonly Scratch _scratch = new();
    private readonly LiveNode _owner;
    private readonly LiveNode _middle;
    private readonly LiveNode _far;
    private readonly string _shared;
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
        await Round(role, KillPoint.Counting(log), () => Task.CompletedTask);
        return KillPoint.Counted(log);
    }

    /// <summary>False: it never came to that point, and was killed at the end.</summary>
    internal async Task<bool> Survives(string role, KillPoint point)
    {
        var victim = VictimOf(role);
        var isHit = true;
        await Round(role, point.Wrapper, Until);
        return isHit;

        async Task Until()
        {
            if (point.Call is null)
            {
                await victim.EndedWithin(TimeSpan.FromMilliseconds(point.Nth));
            }
            else
            {
                // Killed by its own call, or done with all that there was to do.
                await Task.WhenAny(victim.Ended(), Complete(FetcherOf(role), victim));
                isHit = victim.HasEnded;
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

        var promised = new List<string>();
        if (await victim.StartUnder(wrapper))
        {
            var ordered = victim == fetcher ? ids : [];
            promised = await Acknowledged(victim, ordered, target);
            await until();
            if (wrapper.Contains("trace=" + KillPoint.Calls))
            {
                await Complete(fetcher, victim);
            }
        }

        victim.Kill();
        victim.Start();
        await Whole(victim, fetcher, ids, target, promised);
    }

    /// <summary>What the victim said yes to before it died.</summary>
    private static async Task<List<string>> Acknowledged(
        LiveNode victim,
        string[] ordered,
        string target
    )
    {
        var promised = new List<string>();
        foreach (var id in ordered)
        {
            if (victim.Call("get", id, "-o", target, "--no-wait").Code == 0)
            {
                promised.Add(id);
            }
        }

        var api = new ApiClient(FriendNet.Node.Configuration.Home.At(victim.Home, _ => null));
        try
        {
            for (var number = 0; number < 3; number++)
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

    private async Task Whole(
        LiveNode victim,
        LiveNode fetcher,
        string[] ids,
        string target,
        List<string> promised
    )
    {
        var invites = await victim.Ask("/invites", ContractJson.Default.IReadOnlyListInvite);
        var kept = invites.Select(invite => invite.Id).ToHashSet();
        Assert.All(promised.Except(ids), id => Assert.Contains(id, kept));
        var type = ContractJson.Default.IReadOnlyListTransfer;
        var transfers = await fetcher.Ask("/transfers", type);
        string[] names = ["film.mkv", "notes"];
        for (var one = 0; one < ids.Length; one++)
        {
            var isThere = transfers.Any(transfer => transfer.Name == names[one]);
            var wasPromised = victim != fetcher || promised.Contains(ids[one]);
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
