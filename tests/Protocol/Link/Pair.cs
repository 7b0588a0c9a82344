using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Tests.Crypto;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>Alice dials Bob, whose table knows her and one open invitation.</summary>
internal sealed class Pair : IDisposable
{
    internal static readonly Instant Start = new(1_800_000_000_000_000);

    internal static readonly VeilOwner.Friend AliceId = new(new FriendId(7));

    internal static readonly VeilOwner.Invitation Invited = new(new InvitationId(9));

    internal Pair(int seed = 1)
    {
        Entropy = new SeededEntropy(seed);
        Alice = IdentityKeys.Create(Entropy);
        Bob = IdentityKeys.Create(Entropy);
        AliceCard = Card.Create(Alice, "Alice", 1);
        BobCard = Card.Create(Bob, "Bob", 1);
        Span<byte> secret = stackalloc byte[PairSecret.Size];
        Entropy.Fill(secret);
        Secret = PairSecret.Import(secret);
        Invitation = PairSecret.FromInvitation(secret[..PairSecret.InvitationSecretSize]);
        Table.Set(AliceId, AliceCard.AgreementKey, Secret);
        Table.Set(Invited, Invitation);
    }

    internal IEntropy Entropy { get; }

    internal IdentityKeys Alice { get; }

    internal IdentityKeys Bob { get; }

    internal Card AliceCard { get; }

    internal Card BobCard { get; }

    internal PairSecret Secret { get; }

    internal PairSecret Invitation { get; }

    internal VeilTable Table { get; } = new();

    internal DialerHandshake Dial(bool redeem = false, bool quickAtAes = false) =>
        DialerHandshake.TryStart(
            Alice.Agreement,
            BobCard.AgreementKey,
            redeem ? Invitation : Secret,
            redeem ? AliceCard : null,
            Start,
            Entropy,
            quickAtAes
        )!;

    internal AnswererHandshake Answerer(bool quickAtAes = false) =>
        new(Bob.Agreement, Table, Entropy, quickAtAes);

    internal (HandshakeOutcome Dialer, HandshakeOutcome Answerer) Connect(
        bool redeem = false,
        bool dialerQuick = false,
        bool answererQuick = false
    )
    {
        using var dialer = Dial(redeem, dialerQuick);
        using var answerer = Answerer(answererQuick);
        if (answerer.Handle(dialer.Hello.Span) != HandshakeStatus.Proposed)
        {
            throw new InvalidOperationException("The hello was refused.");
        }

        var ours = answerer.Accept(redeem ? BobCard : null, out var answer);
        return dialer.Handle(answer, out _) == HandshakeStatus.Complete
            ? (dialer.TakeOutcome(), ours)
            : throw new InvalidOperationException("The answer was refused.");
    }

    /// <summary>Of the link that Alice dialed.</summary>
    internal (LinkEnd Alice, LinkEnd Bob) Ends(bool padded)
    {
        var (ours, theirs) = Connect();
        return (
            new LinkEnd(ours.Keys, dialer: true, padded),
            new LinkEnd(theirs.Keys, dialer: false, padded)
        );
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
        Secret.Dispose();
        Invitation.Dispose();
        Table.Dispose();
    }
}
