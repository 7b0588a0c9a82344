// Noise_NK_25519_ChaChaPoly_SHA256 inside a path; the prologue is "FriendNet path 1" ‖ the
// pseudonym's 32 bytes. Both payloads are a cipher offer: 32 bytes of key, 1 of it, 16 of tag.
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// The side that opens a path: knows whom it wants, and stays unknown itself. Owns its keys.
/// </summary>
public sealed class PathDialer : IDisposable
{
    /// <summary>Bytes of each of the two messages.</summary>
    public const int HelloBytes = Limits.PathHelloBytes;

    private readonly HandshakeState _noise;
    private readonly bool _quickAtAes;
    private bool _isOver;

    private PathDialer(HandshakeState noise, ReadOnlyMemory<byte> hello, bool quickAtAes) =>
        (_noise, Hello, _quickAtAes) = (noise, hello, quickAtAes);

    /// <summary>The first message.</summary>
    public ReadOnlyMemory<byte> Hello { get; }

    /// <summary>Null: the path key is unfit.</summary>
    /// <param name="quickAtAes">What we offer: see <see cref="CipherOffer"/>.</param>
    public static PathDialer? TryStart(
        PseudonymId target,
        ReadOnlySpan<byte> pathKey,
        IEntropy entropy,
        bool quickAtAes
    )
    {
        var rs = PublicKey.Import(KeyAgreementAlgorithm.X25519, pathKey);
        var noise = PathNoise.Start(dialer: true, target, null, rs, entropy);
        var hello = new byte[HelloBytes];
        if (noise.WriteMessage([CipherOffer.Of(quickAtAes)], hello) == HelloBytes)
        {
            return new PathDialer(noise, hello, quickAtAes);
        }

        noise.Dispose();
        return null;
    }

    /// <summary>
    /// Takes the second message, once. Null: it is not from who holds the path key.
    /// </summary>
    public LinkKeys? TryFinish(ReadOnlySpan<byte> answer)
    {
        if (_isOver || answer.Length != HelloBytes)
        {
            return null;
        }

        _isOver = true;
        Span<byte> offer = stackalloc byte[CipherOffer.Bytes];
        return _noise.TryReadMessage(answer, offer, out _)
            ? PathNoise.Split(_noise, _quickAtAes, offer[0])
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _noise.Dispose();
}

/// <summary>The side that a path leads to.</summary>
public static class PathAnswerer
{
    /// <param name="pathKey">The X25519 key of that pseudonym; remains the caller's.</param>
    /// <param name="quickAtAes">What we offer: see <see cref="CipherOffer"/>.</param>
    /// <param name="answer">Becomes the second message.</param>
    /// <returns>Null: the first message is not for this pseudonym and key.</returns>
    public static LinkKeys? TryAnswer(
        PseudonymId own,
        Key pathKey,
        ReadOnlySpan<byte> hello,
        IEntropy entropy,
        bool quickAtAes,
        Span<byte> answer
    )
    {
        Span<byte> offer = stackalloc byte[CipherOffer.Bytes];
        using var noise = PathNoise.Start(dialer: false, own, pathKey, null, entropy);
        return
            hello.Length == PathDialer.HelloBytes
            && noise.TryReadMessage(hello, offer, out _)
            && noise.WriteMessage([CipherOffer.Of(quickAtAes)], answer) == PathDialer.HelloBytes
            ? PathNoise.Split(noise, quickAtAes, offer[0])
            : null;
    }
}

/// <summary>Starts Noise as both sides do.</summary>
internal static class PathNoise
{
    private static ReadOnlySpan<byte> Name => "FriendNet path 1"u8;

    internal static LinkKeys Split(HandshakeState noise, bool ours, byte theirs)
    {
        var (send, receive) = noise.Split(CipherOffer.Agreed(ours, theirs));
        return new LinkKeys(send, receive);
    }

    internal static HandshakeState Start(
        bool dialer,
        PseudonymId target,
        Key? s,
        PublicKey? rs,
        IEntropy entropy
    )
    {
        Span<byte> prologue = stackalloc byte[Name.Length + Hash256.Size];
        Name.CopyTo(prologue);
        target.Key.CopyTo(prologue[Name.Length..]);
#pragma warning disable CA2000 // The handshake state owns its ephemeral key from here on.
        return new HandshakeState(
            HandshakePattern.NK,
            dialer,
            prologue,
            s,
            Key.Create(KeyAgreementAlgorithm.X25519, entropy),
            rs,
            null,
            []
        );
#pragma warning restore CA2000
    }
}
