using FriendNet.Node.Api.Contract;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;
using FriendNet.Node.Running;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FriendNet.Node.Api;

/// <summary>/shares.</summary>
public sealed class ShareEndpoints(
    Home home,
    FriendStore store,
    ShareIndex index,
    ViewAs views,
    Audiences audiences,
    LeftOut leftOut
) : IEndpoints
{
    private const string ForNobody =
        "Nobody may see it: who it was for is gone. `friendnet share audience` says who may.";
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);
    private readonly FriendNames _names = new(store);
    private readonly AudienceNames _audiences = new(store);

    public void Map(IEndpointRouteBuilder routes)
    {
        var one = ContractJson.Default.Share;
        var all = ContractJson.Default.IReadOnlyListShare;
        const string named = "/api/v1/shares/{name}";
        routes.MapGet("/api/v1/shares", Answers.Json(all, _ => List()));
        routes.MapPost("/api/v1/shares", Answers.Json(one, Add));
        routes.MapPatch(named, Answers.Json(one, Change));
        routes.MapDelete(named, Answers.Done(Remove));
        routes.MapPost($"{named}/rescan", Answers.Json(one, Rescan));
        routes.MapGet($"{named}/events", Answers.Events(one, Follow));
        var entries = ContractJson.Default.IReadOnlyListEntry;
        routes.MapGet(
            "/api/v1/shares/view-as",
            Answers.Json(entries, context => views.List(null, context.Query("path")))
        );
        routes.MapGet(
            "/api/v1/shares/view-as/{friend}",
            Answers.Json(
                entries,
                context =>
                    views.List(_names.Require(context.Route("friend")), context.Query("path"))
            )
        );
    }

    private IReadOnlyList<Share> List() => [.. store.Shares.All.Select(Shown)];

    private async Task<Share> Add(HttpContext context)
    {
        var wanted = await context.Body(ContractJson.Default.NewShare);
        var path = Path.TrimEndingDirectorySeparator(SaidPath.Absolute(wanted.Path));
        RequireShareable(path);
        var name = wanted.Name ?? Path.GetFileName(path);
        if (name.Contains('/', StringComparison.Ordinal) || !CatalogPath.TryParse(name, out _))
        {
            throw new FailureException(
                FailureKind.Usage,
                $"\"{name}\" cannot be the name of a share: choose another with --name."
            );
        }

        var share =
            store.Shares.Add(name, path, Wanted(wanted))
            ?? throw new FailureException(
                FailureKind.Exists,
                $"A share is called \"{name}\" already: choose another name with --name."
            );
        audiences.Added(share);
        return Shown(share);
    }

    private Audience Wanted(NewShare wanted)
    {
        string[] terms =
        [
            .. wanted.Audience ?? [],
            .. (wanted.Friends ?? []).Select(friend => $"friend:{friend}"),
        ];
        return wanted is { Audience: null, Friends: null }
            ? Audience.AllFriends
            : _audiences.Require(terms);
    }

    private async Task<Share> Change(HttpContext context)
    {
        var share = Require(context);
        var wanted = await context.Body(ContractJson.Default.ShareChange);
        var audience = _audiences.Require(wanted.Audience);
        if (store.Shares.Change(share.Id, audience) is not { } before)
        {
            throw Unknown(share.Name);
        }

        audiences.Changed(before.Audience, audience);
        return Shown(share with { Audience = audience });
    }

    private void RequireShareable(string path)
    {
        if (File.Exists(path))
        {
            throw new FailureException(
                FailureKind.Usage,
                $"{path} is a file: share the folder that it is in."
            );
        }

        if (!Directory.Exists(path))
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"There is no folder {path}: check how it is spelt."
            );
        }

        // By inode, not by name: a link to the home leads to the keys as well.
        if (
            FileStat.Read(home.Folder, follow: true, out var keys) == 0
            && FileStat.IsWithin(path, keys)
        )
        {
            throw new FailureException(
                FailureKind.Usage,
                $"{path} belongs to FriendNet's own home with its keys: share another folder."
            );
        }
    }

    private Task Remove(HttpContext context)
    {
        var share = Require(context);
        if (store.Shares.Remove(share.Id) is { } removed)
        {
            audiences.Removed(removed);
        }

        return Task.CompletedTask;
    }

    private Share Rescan(HttpContext context)
    {
        var share = Require(context);
        index.Rescan(share.Id);
        return Shown(share);
    }

    private async IAsyncEnumerable<Share> Follow(HttpContext context)
    {
        var share = Require(context);
        using var timer = new PeriodicTimer(LookAgain);
        while (true)
        {
            // Removed meanwhile: there is nothing to wait for.
            share = store.Shares.Find(share.Id) ?? throw Unknown(share.Name);
            var status = StatusOf(share);
            yield return Shown(share, status);
            if (StateOf(status) != "indexing" || status?.State == ShareState.Stalled)
            {
                yield break;
            }

            await timer.WaitForNextTickAsync(context.RequestAborted);
        }
    }

    private SharedFolder Require(HttpContext context)
    {
        var name = context.Route("name");
        return store.Shares.All.FirstOrDefault(share => share.Name == name) ?? throw Unknown(name);
    }

    private FailureException Unknown(string name) =>
        new(
            FailureKind.NotFound,
            $"No share is called \"{name}\": see `friendnet share list`."
                + Suggestion.For(name, store.Shares.All.Select(share => share.Name))
        );

    private ShareStatus? StatusOf(SharedFolder share) =>
        index.Shares.FirstOrDefault(one => one.Id == share.Id);

    private Share Shown(SharedFolder share) => Shown(share, StatusOf(share));

    private Share Shown(SharedFolder share, ShareStatus? status)
    {
        var (state, audience) = (StateOf(status), share.Audience);
        // While it is being indexed, what there is of it may fit still.
        IReadOnlyList<string> unshown = state == "ready" ? leftOut.Of(share) : [];
        return new(
            share.Name,
            share.Path,
            state,
            status?.Files ?? 0,
            status?.Bytes ?? 0,
            audience is { Friends: false, Circle: false, Groups.Count: 0 }
                ? [.. audience.Named.Select(_names.Of).Order(StringComparer.Ordinal)]
                : null,
            index.ProgressOf(share.Id) is { } scan ? Shown(scan) : null,
            unshown.Count > 0 ? LeftOut.Say(unshown)
                : status?.Sentence is { Length: > 0 } sentence ? sentence
                : _audiences.IsGone(audience) ? ForNobody
                : null,
            _audiences.Of(audience),
            unshown
        );
    }

    private static string StateOf(ShareStatus? status) =>
        status is null or { IsIndexing: true } ? "indexing"
        : status.State == ShareState.Missing ? "missing"
        : "ready";

    // What is found may be more than what was counted before, and the other way.
    private static Hashing Shown(ScanProgress scan) =>
        new(
            scan.FilesHashed,
            Math.Max(scan.FilesTotal, scan.FilesFound),
            scan.BytesHashed,
            Math.Max(scan.BytesTotal, scan.BytesFound),
            scan.BytesPerSecond
        );
}
