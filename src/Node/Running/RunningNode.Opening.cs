using FriendNet.Node.Catalogs;
using FriendNet.Node.Circles;
using FriendNet.Node.Configuration;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

// What is opened once, and how it begins.
public sealed partial class RunningNode
{
    private static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(10);

    private void Begin(Settings settings)
    {
        Audiences.Narrowed += (_, _) => _server.Recheck();
        var answers = new CatalogAnswers(Links, Views, _served, Post, _warn);
        Audiences.SeesLess = viewer => Narrow(viewer, answers);
        var effects = new EffectSwitch(
            Links,
            Dialer,
            _stores.Friends,
            Catalogs,
            answers,
            _circles,
            _server,
            Downloads,
            Paths,
            Home.SpoolFolder,
            Post,
            _warn
        );
        _engine.Start(effects.CarryOut);
        foreach (var held in Catalogs.Held())
        {
            Post(new Input.CatalogHeld(held.Friend, held.Head));
        }

        _circles.Restore();
        foreach (var friend in Friends.Friends)
        {
            Post(new Input.FriendKnown(friend.Id, friend.Addresses));
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => Guarded(Audiences.ShowCircle), null);
        Downloads.Restore();
        _expiry = TimeProvider.System.CreateTimer(
            _ => Guarded(() => Friends.Invited.Expire(Clock.Now())),
            null,
            ExpiryLook,
            ExpiryLook
        );
        // Last: who comes in now is known to the engine.
        Gate =
            Gate.TryOpen(settings.Listen, _our, GateLimits.Default, out var sentence)
            ?? throw new FailureException(FailureKind.PortInUse, sentence!);
        _places = new PlaceKeeper(
            () => OwnPlaces.Told(settings.Announce, Gate.Listening),
            TimeProvider.System,
            places => Post(new Input.OwnAddresses(places))
        );
    }

    private void Narrow(FriendId viewer, CatalogAnswers answers)
    {
        if (viewer == Views.Circle)
        {
            _circles.Narrow();
        }
        else
        {
            answers.Reset(viewer);
        }
    }

    private Views OpenViews() =>
        Views.Open(
            Home.ViewDatabase,
            Index,
            Home.SpoolFolder,
            () => DateTimeOffset.UtcNow,
            Shown,
            _warn
        ) ?? throw new FailureException(FailureKind.Damaged, "views.db cannot be opened.");

    private Downloader OpenDownloads() =>
        new(
            _stores.Transfers,
            (link, request, credit, sink) => EffectSwitch.Open(Links, link, request, credit, sink),
            Post,
            _warn
        )
        {
            Moved = _log.Moved,
        };

    private CircleKeeper OpenCircles()
    {
        var store = new CircleStore(_stores.Catalogs, () => DateTimeOffset.UtcNow);
        var own = new OwnCircle(Views);
        return new CircleKeeper(
            store,
            _stores.Friends,
            own,
            new CircleAnswers(
                Links,
                new CircleReads(_stores.Catalogs),
                own,
                _served,
                Home.SpoolFolder,
                Post,
                _warn
            ),
            new CircleFetches(store, EffectSwitch.OpenerOf(Links), Home.SpoolFolder, Post),
            Clock.Now,
            Post,
            _warn
        );
    }
}
