namespace FriendNet.Crypto.Sodium;

/// <summary>
/// What a <see cref="Key"/> is for. The closed set of NSec's names that FriendNet uses.
/// </summary>
public abstract class Algorithm
{
    private protected Algorithm(int keySize, int publicKeySize)
    {
        KeySize = keySize;
        PublicKeySize = publicKeySize;
    }

    /// <summary>Bytes of a raw private or symmetric key.</summary>
    public int KeySize { get; }

    /// <summary>Bytes of a raw public key; 0 for symmetric algorithms.</summary>
    public int PublicKeySize { get; }

    internal abstract void DerivePublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey);
}
