using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using FriendNet.Node.Downloads;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Running;

/// <summary>
/// Says in a line each what happens, for who runs the daemon and does not look on. Whoever reports
/// never waits for the log; a friend that comes and goes without end does not fill it.
/// </summary>
internal sealed class NodeLog : IDisposable
{
    private const int WaitingMax = 1_000;
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(2);
    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(WaitingMax)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
        }
    );

    private readonly ILogger _log;
    private readonly FriendStore _friends;
    private readonly Func<Instant> _now;
    private readonly Task _saying;

    // Both kept as it is heard: lines may be lost, links and friends must not.
    private readonly Dictionary<LinkId, FriendId> _links = [];
    private readonly ConcurrentDictionary<FriendId, LineBudget> _known;

    // Taken from by the one that says it all, as those of friends are.
    private readonly LineBudget _own;
    private readonly LineBudget _details;

    /// <param name="friends">Must outlive it. Those who are there now are not news.</param>
    internal NodeLog(ILogger log, FriendStore friends, Func<Instant> now)
    {
        (_log, _friends, _now) = (log, friends, now);
        _known = new(friends.Friends.Select(friend => KeyValuePair.Create(friend.Id, OfFriend())));
        _own = new LineBudget(linesAtOnce: 300, secondsPerLine: 5, now());
        _details = new LineBudget(linesAtOnce: 2_000, secondsPerLine: 1, now());
        _saying = Task.Run(SayAll);
    }

    /// <summary>What the engine is told; most of it is not worth a line.</summary>
    internal void Hear(Input input)
    {
        switch (input)
        {
            case Input.LinkOpened opened:
                Opened(opened);
                break;
            case Input.LinkClosed closed:
                Closed(closed);
                break;
            case Input.FriendKnown { Friend: var known } when _known.TryAdd(known, OfFriend()):
                Later(() =>
                    Info(null, $"{NameOf(known)} is a friend now: the invitation was redeemed.")
                );
                break;
            case Input.FriendRemoved removed:
                _known.TryRemove(removed.Friend, out _);
                break;
            case Input.OwnAddresses own:
                Later(() => Info(null, Told(own.Addresses)));
                break;
            case Input.DialFailed failed:
                Detail(() => $"{NameOf(failed.Friend)} was not reached: {failed.Why}.");
                break;
            case Input.CatalogHeld held:
                var entries = Count(held.Head.Entries, "file");
                Detail(() => $"The catalog of {NameOf(held.Friend)} is here: {entries}.");
                break;
            case Input.PathOpened or Input.PathServed { Link: not null } or Input.RelayJoined:
                Detail(() => $"A path {Role(input)} is open.");
                break;
            case Input.PathFailed path:
                Detail(() => $"A path did not open: {path.Why}.");
                break;
            case Input.RelayEnded relay:
                Detail(() => $"A path through us ended: {Megabytes(relay.Bytes)} passed.");
                break;
        }
    }

    /// <summary>A transfer is taken up: begun, resumed, or left by an earlier run.</summary>
    internal void Fetching(TransferRow row) =>
        Later(() => Info(null, $"{row.Name} is being fetched: {Size(row.Files, row.Bytes)}."));

    /// <summary>A transfer is in another state.</summary>
    internal void Moved(TransferRow row)
    {
        var line = row.State switch
        {
            TransferState.Done => $"{row.Name} is done: {Size(row.Files, row.Bytes)}.",
            TransferState.Cancelled => $"{row.Name} was cancelled.",
            // Why it stopped by itself was a warning.
            TransferState.Paused when row.Why is null => $"{row.Name} is paused.",
            _ => null,
        };
        if (line is not null)
        {
            Later(() => Info(null, line));
        }
    }

    /// <summary>A share was looked through.</summary>
    internal void Scanned(ShareStatus share, ScanProgress scan)
    {
        var seconds = scan.Elapsed.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture);
        var line =
            $"{share.Name} was looked through: {Size(share.Files, share.Bytes)} in {seconds} s; "
            + $"{Count(scan.FilesHashed, "file")} hashed, {share.Errors} skipped.";
        Later(() => Info(null, line));
    }

    /// <summary>Says what was heard until now, as far as that takes no time.</summary>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _saying.Wait(EndTime);
    }

    private void Later(Action say)
    {
        if (_log.IsEnabled(LogLevel.Information))
        {
            _waiting.Writer.TryWrite(say);
        }
    }

    private void Detail(Func<string> line)
    {
        if (_log.IsEnabled(LogLevel.Debug))
        {
            Later(() => Write(LogLevel.Debug, _details, line()));
        }
    }

    private async Task SayAll()
    {
        await foreach (var say in _waiting.Reader.ReadAllAsync())
        {
            try
            {
                say();
            }
            catch (IOException)
            {
                // Its disk is full, or its reader gone: there is nobody to tell.
            }
        }
    }

    private void Opened(Input.LinkOpened opened)
    {
        bool isLinked;
        lock (_links)
        {
            isLinked = _links.ContainsValue(opened.Friend);
            _links[opened.Link] = opened.Friend;
        }

        var kind = AddressKind.Of(opened.Address);
        var how = opened.Dialed ? $"we dialed, over {kind}" : $"it dialed us, over {kind}";
        Link(opened.Friend, isLinked, () => $"{NameOf(opened.Friend)} is linked: {how}.");
    }

    private void Closed(Input.LinkClosed closed)
    {
        FriendId friend;
        bool isLinked;
        lock (_links)
        {
            if (!_links.Remove(closed.Link, out friend))
            {
                Detail(() => $"A path ended: {closed.Why}.");
                return;
            }

            isLinked = _links.ContainsValue(friend);
        }

        Link(friend, isLinked, () => $"The link to {NameOf(friend)} ended: {closed.Why}.");
    }

    /// <param name="isLinked">
    /// By another link: of two that dial each other at once one stays, which is no news.
    /// </param>
    private void Link(FriendId friend, bool isLinked, Func<string> line)
    {
        if (isLinked)
        {
            Detail(line);
        }
        else
        {
            Later(() => Info(friend, line()));
        }
    }

    private void Info(FriendId? about, string line) =>
        Write(
            LogLevel.Information,
            about is { } friend ? _known.GetValueOrDefault(friend, _own) : _own,
            line
        );

    private void Write(LogLevel level, LineBudget budget, string line)
    {
        if (budget.TryTake(_now(), out var refused))
        {
            var left = refused > 0 ? $" ({Count(refused, "line")} before it left out)" : "";
            _log.Log(level, "{Line}", line + left);
        }
    }

    private LineBudget OfFriend() => new(linesAtOnce: 20, secondsPerLine: 60, _now());

    private string NameOf(FriendId friend) => _friends.Find(friend)?.Name ?? "a former friend";

    private static string Told(IReadOnlyList<string> addresses) =>
        addresses.Count > 0
            ? $"Friends are told that we are at {string.Join(", ", addresses)}."
            : "This machine has no address that friends could be told; waiting for a network.";

    private static string Role(Input input) =>
        input switch
        {
            Input.PathOpened => "of ours",
            Input.PathServed => "to us",
            _ => "through us",
        };

    private static string Size(long files, long bytes) =>
        $"{Count(files, "file")}, {Megabytes(bytes)}";

    private static string Count(long count, string what) =>
        count.ToString("N0", CultureInfo.InvariantCulture)
        + (count == 1 ? $" {what}" : $" {what}s");

    private static string Megabytes(long bytes) =>
        (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture) + " MB";
}
