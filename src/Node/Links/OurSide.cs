using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Links;

/// <summary>
/// What this node brings to every handshake, at the gate or dialing. Owns nothing.
/// </summary>
/// <param name="Now">Never runs backwards; the Unix epoch by our clock.</param>
/// <param name="Post">
/// Takes inputs for the engine, in order; may wait while its channel is full, never for links.
/// </param>
/// <param name="Warn">Takes a sentence for the log.</param>
/// <param name="IsPadded">Whether small records are padded.</param>
/// <param name="QuickAtAes">What handshakes offer.</param>
public sealed record OurSide(
    IdentityKeys Keys,
    Card Card,
    FriendStore Store,
    LinkTable Links,
    IEntropy Entropy,
    Func<Instant> Now,
    Action<Input> Post,
    Action<string> Warn,
    bool IsPadded = false,
    bool QuickAtAes = false
)
{
    /// <summary>The limits on what is sent; owned by whoever gave them.</summary>
    public Uploads Uploads { get; init; } = new(Now);

    internal LinkSetting LinkSetting => new(Links, Now, Post, IsPadded, Uploads);
}
