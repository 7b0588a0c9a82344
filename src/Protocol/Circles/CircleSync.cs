using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// What is published under pseudonyms: tells each friend the heads that it may know and whose
/// content is held here, takes those that friends tell, and asks for their content once.
/// Getters; <c>Handle…</c> for inputs, links and requests; <see cref="Poll"/> when
/// <see cref="Deadline"/> is reached. What it wants done goes to the queue of effects.
/// </summary>
public sealed class CircleSync
{
    private readonly Queue<Effect> _effects;
    private readonly Directory _directory = new();
    private readonly Deltas _deltas = new();
    private readonly Rests _rests;
    private readonly Places _places;
    private readonly Telling _telling;
    private readonly Asking _asking;
    private readonly Fetching _fetching;
    private readonly Taking _taking;
    private readonly Fading _fading;
    private readonly Keeping _keeping;
    private readonly OwnHead _own;

    /// <param name="horizon">How many links own heads may go.</param>
    public CircleSync(
        IEntropy entropy,
        Queue<Effect> effects,
        int horizon,
        ReadHead readHead,
        Possession possession
    )
    {
        _effects = effects;
        _rests = new Rests(_directory, entropy);
        var quota = new Quota(_directory, effects);
        _places = new Places(_directory, entropy);
        _telling = new Telling(_directory, _places, _deltas, possession.Prove, effects);
        var holding = new Holding(_directory, quota, _rests, _deltas, effects);
        _asking = new Asking(_directory, quota, _rests, holding, effects);
        var sharing = new Sharing(_directory, quota, _asking, _rests);
        _fetching = new Fetching(_directory, quota, _asking, sharing, _rests, entropy, effects);
        _taking = new Taking(_directory, _telling, _fetching, readHead, possession.Holds, effects);
        _fading = new Fading(_directory, _fetching, _telling, _deltas, quota, effects);
        _keeping = new Keeping(_directory, quota, _fetching, effects);
        _own = new OwnHead(entropy, effects, horizon);
        _asking.Settled = _fetching.Consider;
        _directory.Changed = (known, before, slot) =>
        {
            _places.Note(known);
            _telling.Note(known, before, slot);
            _fading.Note(known);
        };
        _places.Changed = (known, before) => _telling.Note(known, before, -1);
    }

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Ways to it over links that are up, fewest hops first.</summary>
    public IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym)
    {
        if (_directory.Find(pseudonym) is not { IsOwn: false } known)
            return [];
        var routes = new List<Route>();
        foreach (var offer in known.Offers)
        {
            if (_directory.At(offer.Slot)?.Link is { } link && !offer.Head.IsWithdrawal)
                routes.Add(new Route(link, offer.Hops));
        }

        routes.Sort((a, b) => a.Hops.CompareTo(b.Hops));
        return routes;
    }

    /// <summary>
    /// The same as far as the asker may know: none unless it is told of the pseudonym. None
    /// leads back to it.
    /// </summary>
    public IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym, LinkId asker) =>
        _directory.On(asker) is { } neighbour
        && _directory.Find(pseudonym) is { } known
        && ToldSet.HopsFor(known, neighbour, _directory.Now) is not null
            ? [.. RoutesTo(pseudonym).Where(route => route.Link != asker)]
            : [];

    /// <summary>X25519: who can answer paths to it; null: not known.</summary>
    public Hash256? PathKeyOf(PseudonymId pseudonym)
    {
        var known = _directory.Find(pseudonym);
        var best = known?.Held;
        foreach (var offer in known?.Offers ?? [])
            best = offer.Head.Beats(best) ? offer.Head : best;
        return best is { IsWithdrawal: false } ? best.Head.PathKey : null;
    }

    public bool IsOwn(PseudonymId pseudonym) => _directory.Find(pseudonym) is { IsOwn: true };

    /// <summary>This link is the one in use to the friend now.</summary>
    public void HandleOpened(LinkId link, FriendId friend, Instant now)
    {
        _directory.Now = now;
        var neighbour = _directory.Of(friend);
        _directory.Unlink(neighbour);
        _directory.Link(neighbour, link);
        _telling.HandleOpened(neighbour);
        foreach (var known in neighbour.Offered.ToArray())
            _fetching.Consider(known);
        Finish();
    }

    public void HandleClosed(LinkId link, Instant now)
    {
        if (_directory.On(link) is not { } neighbour)
            return;
        _directory.Now = now;
        _directory.Unlink(neighbour);
        _asking.ReleaseAll(neighbour);
        Finish();
    }

    public void HandleRemoved(FriendId friend, Instant now)
    {
        _directory.Now = now;
        if (_directory.FindFriend(friend) is { } neighbour)
            Remove(neighbour);
        _own.HandleFriendRemoved(now);
        Finish();
    }

    /// <summary>A message about circles; others are ignored.</summary>
    public void HandleMessage(LinkId link, Message message, Instant now)
    {
        if (_directory.On(link) is not { } neighbour)
            return;
        _directory.Now = now;
        switch (message.KindCase)
        {
            case Message.KindOneofCase.HeadsHave:
                _telling.HandleHave(neighbour, message.HeadsHave);
                break;
            case Message.KindOneofCase.HeadsAsk:
                _telling.HandleAsk(neighbour, message.HeadsAsk);
                break;
            case Message.KindOneofCase.HeadsNodes:
                _telling.HandleNodes(neighbour, message.HeadsNodes);
                break;
            case Message.KindOneofCase.Heads:
                _taking.HandleHeads(neighbour, message.Heads);
                break;
            case Message.KindOneofCase.HeadsTaken:
                _telling.HandleTaken(neighbour, message.HeadsTaken);
                break;
            default:
                return;
        }

        Finish();
    }

    /// <summary>A friend asks for content: of what it is told, nothing else.</summary>
    public void HandleRequest(LinkId link, StreamId stream, CircleRequest request, Instant now)
    {
        if (_directory.On(link) is not { } neighbour)
            return;
        _directory.Now = now;
        Serving.Handle(_directory, neighbour, stream, request, _effects);
    }

    /// <returns>False: it is none that concerns circles.</returns>
    public bool Handle(Input input, Instant now)
    {
        _directory.Now = now;
        switch (input)
        {
            case Input.CircleChanged changed:
                _own.HandleChanged(changed.Head, now);
                break;
            case Input.HeadSigned signed:
                HoldOwn(signed.Head);
                _deltas.Keep(_directory.Of(signed.Head.Pseudonym), signed.Delta);
                _own.HandleSigned(signed.Head, now);
                break;
            case Input.OwnHeads own:
                foreach (var head in own.Live)
                    HoldOwn(head);
                _own.HandleOwn(own.Live, own.Since, own.IsExposed, now);
                break;
            case Input.HeadsKnown known:
                _keeping.Restore(known);
                break;
            case Input.CirclesHeld held:
                _keeping.Restore(held);
                break;
            case Input.CircleFetched fetched:
                _asking.HandleFetched(fetched);
                break;
            case Input.CircleAskEnded ended:
                _asking.HandleEnded(ended.Ask, ended.End);
                break;
            case Input.CircleServed served:
                if (_directory.FindFriend(served.Friend) is { } neighbour)
                    Serving.HandleServed(neighbour, served.Link, served.Stream);
                break;
            default:
                return false;
        }

        Finish();
        return true;
    }

    public void Poll(Instant now)
    {
        if (!(Deadline <= now))
            return;
        _directory.Now = now;
        _own.Poll(now);
        _fading.Poll();
        _places.Poll();
        _telling.Poll();
        _fetching.Poll();
        _asking.Poll();
        Finish();
    }

    private void Remove(Neighbour neighbour)
    {
        _directory.Unlink(neighbour);
        _asking.ReleaseAll(neighbour);
        foreach (var known in neighbour.Offered.ToArray())
        {
            _directory.RemoveOffer(known, neighbour);
            _fetching.HandleGone(known, neighbour);
        }

        _keeping.Leave(neighbour);
        _rests.Forget(neighbour);
        _directory.Remove(neighbour);
    }

    private void Finish()
    {
        _taking.Poll();
        _asking.Start();
        Deadline = Instant.Earliest(
            _own.Deadline,
            _fading.Deadline,
            _places.Deadline,
            _telling.Deadline,
            _fetching.Deadline,
            _asking.Deadline,
            _taking.Deadline
        );
    }

    private void HoldOwn(SignedHead head)
    {
        var known = _directory.Of(head.Pseudonym);
        known.IsOwn = true;
        if (head.Beats(known.Held) && !OwnHead.IsAhead(head, _directory.Now))
            _directory.SetHeld(known, head);
    }
}
