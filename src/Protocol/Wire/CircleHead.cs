using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Wire;

/// <summary>What a pseudonym publishes; not yet signed.</summary>
/// <param name="PathKey">X25519: who can answer paths to it.</param>
/// <param name="Version">Unix seconds by the publisher's clock, above all it signed.</param>
/// <param name="Horizon">How many links it may go.</param>
/// <param name="Content">No entries: it is withdrawn.</param>
public sealed record CircleHead(
    PseudonymId Pseudonym,
    Hash256 PathKey,
    long Version,
    int Horizon,
    CatalogHead Content
);

/// <summary>
/// Reads a head or refuses it (null). In production <see cref="SignedHead.TryRead"/>; the
/// simulator remembers by bytes.
/// </summary>
public delegate SignedHead? ReadHead(ReadOnlyMemory<byte> bytes);
