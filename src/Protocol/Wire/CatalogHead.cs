using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Wire;

/// <summary>A catalog's version: tree root, count of entries, sum of the files' lengths.</summary>
public readonly record struct CatalogHead(Hash256 Root, long Entries, long Bytes);
