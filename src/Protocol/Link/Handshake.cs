// What the Noise messages carry. Noise_IKpsk2_25519_ChaChaPoly_SHA256; the prologue is
// "FriendNet link 1" ‖ nonce of the hello. Little endian.
//
//   first payload                                  second payload
//        0      8  timestamp, microseconds              0      1  cipher offer
//        8      1  cipher offer                         1      n  the inviter's card when an
//        9      n  the newcomer's card when an                    invitation is redeemed,
//                  invitation is redeemed,                        else nothing
//                  else nothing
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Protocol.Link;

/// <summary>What came of the bytes given to a handshake.</summary>
public enum HandshakeStatus
{
    NeedMore,

    /// <summary>Nothing that concerns us. Answer nothing; the state is erased.</summary>
    Junk,

    /// <summary>
    /// Answerer: a hello was opened. Claim it durably, then accept it, or drop it.
    /// </summary>
    Proposed,

    /// <summary>Dialer: the link is up.</summary>
    Complete,
}

/// <summary>How far a handshake got; for diagnosis, never for the peer.</summary>
public enum HandshakeStage
{
    /// <summary>Waiting for the tag: the peer is a stranger.</summary>
    Tag,

    /// <summary>The tag matched; waiting for the box.</summary>
    Box,

    /// <summary>The box opened and is no replay: from here on public keys are used.</summary>
    Noise,

    /// <summary>The peer has proved its static key.</summary>
    Authenticated,
}

/// <summary>The transport keys of a link. Whoever takes the ciphers out disposes them.</summary>
public sealed class LinkKeys(CipherState send, CipherState receive) : IDisposable
{
    public CipherState Send { get; } = send;

    public CipherState Receive { get; } = receive;

    /// <summary>What the records of both directions are sealed with.</summary>
    public CipherFunction Cipher => Send.Function;

    /// <inheritdoc/>
    public void Dispose()
    {
        Send.Dispose();
        Receive.Dispose();
    }
}

/// <summary>What a completed handshake gives. Owned by whoever receives it.</summary>
public sealed class HandshakeOutcome : IDisposable
{
    internal HandshakeOutcome(LinkKeys keys, Card? card, PairSecret? secret)
    {
        Keys = keys;
        Card = card;
        Secret = secret;
    }

    public LinkKeys Keys { get; }

    /// <summary>
    /// The other's card, when an invitation was redeemed; its X25519 key is proved.
    /// </summary>
    public Card? Card { get; }

    /// <summary>What the two share from now on, when an invitation was redeemed.</summary>
    public PairSecret? Secret { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        Secret?.Dispose();
    }

    internal static HandshakeOutcome Of(HandshakeState noise, Card? card, CipherFunction cipher)
    {
        var secret = card is null ? null : PairSecret.FromHandshake(noise);
        var (send, receive) = noise.Split(cipher);
        return new(new(send, receive), card, secret);
    }
}

/// <summary>Starts Noise as both sides do.</summary>
internal static class LinkNoise
{
    internal static HandshakeState Start(
        bool dialer,
        ReadOnlySpan<byte> helloNonce,
        Key s,
        PublicKey? rs,
        ReadOnlySpan<byte> psk,
        IEntropy entropy
    )
    {
        Span<byte> prologue = stackalloc byte[Name.Length + Veil.NonceSize];
        Name.CopyTo(prologue);
        helloNonce.CopyTo(prologue[Name.Length..]);
#pragma warning disable CA2000 // The handshake state owns its ephemeral key from here on.
        return new HandshakeState(
            HandshakePattern.IKpsk2,
            dialer,
            prologue,
            s,
            Key.Create(KeyAgreementAlgorithm.X25519, entropy),
            rs,
            null,
            psk
        );
#pragma warning restore CA2000
    }

    private static ReadOnlySpan<byte> Name => "FriendNet link 1"u8;
}

/// <summary>Collects bytes up to a wanted count; grows no further than that.</summary>
internal sealed class HandshakeBuffer
{
    private byte[] _bytes = [];
    private int _count;

    internal Span<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Takes bytes off the source until there are as many as wanted.</summary>
    internal bool TryFill(ref ReadOnlySpan<byte> source, int wanted)
    {
        if (_bytes.Length < wanted)
        {
            Array.Resize(ref _bytes, wanted);
        }

        var taken = Math.Min(wanted - _count, source.Length);
        source[..taken].CopyTo(_bytes.AsSpan(_count));
        _count += taken;
        source = source[taken..];
        return _count == wanted;
    }
}
