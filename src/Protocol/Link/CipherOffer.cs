using FriendNet.Crypto.Noise;

namespace FriendNet.Protocol.Link;

/// <summary>
/// What seals the records of a link: AES-256-GCM where both sides offer it, else ChaChaPoly. An
/// offer is a byte in each side's handshake payload, which is encrypted and authenticated: bit 0
/// says that the sender's machine is quick at AES; the other bits are 0, and ignored.
/// </summary>
public static class CipherOffer
{
    /// <summary>Bytes of an offer.</summary>
    public const int Bytes = 1;

    internal static byte Of(bool quickAtAes) => quickAtAes ? (byte)1 : (byte)0;

    internal static CipherFunction Agreed(bool ours, byte theirs) =>
        ours && (theirs & 1) != 0 ? CipherFunction.AesGcm : CipherFunction.ChaChaPoly;
}
