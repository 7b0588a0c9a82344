using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>
/// Hellos that DialerHandshake does not write, by somebody who has the pair secret.
/// </summary>
internal static class ForgedHello
{
    private const int Bytes = 600;

    /// <param name="claimed">Length of the message that the box tells; null: the true one.</param>
    internal static byte[] Write(
        Pair pair,
        PairSecret secret,
        ReadOnlySpan<byte> payload,
        ushort? claimed = null
    )
    {
        var hello = new byte[Bytes];
        pair.Entropy.Fill(hello.AsSpan(0, 16));
        byte[] prologue = [.. "FriendNet link 1"u8, .. hello.AsSpan(0, 16)];
        var (tag, mask, psk) = (new byte[32], new byte[32], new byte[32]);
        secret.DeriveVeilTagKey(tag);
        secret.DeriveVeilMaskKey(mask);
        secret.DeriveNoisePsk(psk);
        using var noise = new HandshakeState(
            HandshakePattern.IKpsk2,
            initiator: true,
            prologue,
            pair.Alice.Agreement,
            Key.Create(KeyAgreementAlgorithm.X25519, pair.Entropy),
            pair.BobCard.AgreementKey,
            null,
            psk
        );
        var box = new byte[Bytes - 34 - 16];
        var written = noise.WriteMessage(payload, box.AsSpan(2));
        BinaryPrimitives.WriteUInt16LittleEndian(box, claimed ?? (ushort)written);

        var keys = new byte[34];
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            mask,
            keys,
            hello.AsSpan(0, 16),
            "FriendNet veil hello"u8
        );
        var length = (Bytes - 34) ^ BinaryPrimitives.ReadUInt16LittleEndian(keys.AsSpan(32));
        BinaryPrimitives.WriteUInt16LittleEndian(hello.AsSpan(16), (ushort)length);
        HMACSHA256.HashData(tag, hello.AsSpan(0, 18))[..16].CopyTo(hello.AsSpan(18));
        using var cipher = new CipherState(keys.AsSpan(0, 32));
        cipher.EncryptWithAd(hello.AsSpan(0, 34), box, hello.AsSpan(34));
        return hello;
    }
}
