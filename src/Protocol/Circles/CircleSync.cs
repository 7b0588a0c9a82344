using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

#pragma warning disable CA1822 // Until its features land.
namespace FriendNet.Protocol.Circles;

/// <summary>
/// What is published under pseudonyms: tells each friend the heads that it may know and whose
/// content is held here, takes those that friends tell, and asks for their content once.
/// Getters; <c>Handle…</c> for inputs, links and requests; <see cref="Poll"/> when
/// <see cref="Deadline"/> is reached. What it wants done goes to the queue
/// of effects.
/// </summary>
public sealed class CircleSync
{
    private readonly Queue<Effect> _effects;

    /// <param name="horizon">How many links own heads may go.</param>
    public CircleSync(IEntropy entropy, Queue<Effect> effects, int horizon, ReadHead readHead)
    {
        _effects = effects;
        _ = (entropy, horizon, readHead);
    }

    /// <summary>When to call <see cref="Poll"/>; null: when something else happened.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Ways to it over links that are up, fewest hops first.</summary>
    public IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym) => [];

    /// <summary>
    /// The same as far as the asker may know: none unless it is told of the pseudonym.
    /// </summary>
    public IReadOnlyList<Route> RoutesTo(PseudonymId pseudonym, LinkId asker) => [];

    /// <summary>X25519: who can answer paths to it; null: not known.</summary>
    public Hash256? PathKeyOf(PseudonymId pseudonym) => null;

    public bool IsOwn(PseudonymId pseudonym) => false;

    /// <summary>This link is the one in use to the friend now.</summary>
    public void HandleOpened(LinkId link, FriendId friend, Instant now) { }

    public void HandleClosed(LinkId link, Instant now) { }

    public void HandleRemoved(FriendId friend, Instant now) { }

    /// <returns>False: it is of no kind that concerns circles.</returns>
    public bool HandleMessage(LinkId link, Message message, Instant now) => false;

    public void HandleRequest(LinkId link, StreamId stream, CircleRequest request, Instant now) =>
        _effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.NotFound));

    /// <returns>False: it is none that concerns circles.</returns>
    public bool Handle(Input input, Instant now) => false;

    public void Poll(Instant now) { }
}
