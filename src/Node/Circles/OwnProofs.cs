using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>
/// Proofs of possession by the keys that the node holds. On the engine's thread, which may wait
/// here for one write of state.db: once for each friend and head of ours.
/// </summary>
public static class OwnProofs
{
    /// <param name="agreement">The node's, as long as it runs.</param>
    public static Possession By(Key agreement, FriendId self, FriendStore friends)
    {
        return new(Prove, Holds);

        ReadOnlyMemory<byte> Prove(PseudonymId pseudonym, FriendId receiver)
        {
            using var path = friends.Pseudonyms.Find(pseudonym);
            var proof = new byte[PossessionProof.Bytes];
            return
                path is not null
                && friends.Find(receiver) is { Card.AgreementKey: var key }
                && PossessionProof.TryMake(path, key, pseudonym, self, receiver, proof)
                ? proof
                : default;
        }

        bool Holds(SignedHead head, FriendId teller, ReadOnlySpan<byte> proof)
        {
            Span<byte> key = stackalloc byte[Hash256.Size];
            head.Head.PathKey.CopyTo(key);
            var path = PublicKey.Import(KeyAgreementAlgorithm.X25519, key);
            Span<byte> made = stackalloc byte[PossessionProof.Bytes];
            return PossessionProof.TryMake(agreement, path, head.Pseudonym, teller, self, made)
                && CryptographicOperations.FixedTimeEquals(made, proof);
        }
    }
}
