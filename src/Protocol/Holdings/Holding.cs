using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Protocol.Holdings;

/// <summary>A content that we fetch or have fetched, and which of its runs are here.</summary>
internal sealed class Holding(ContentId id)
{
    private int _missing = MerkleTree.RunCount(id.Length);

    internal ContentId Id => id;

    /// <summary>Transfers that it is part of.</summary>
    internal HashSet<TransferId> Transfers { get; } = [];

    internal RunBits Have { get; } = new(MerkleTree.RunCount(id.Length));

    internal bool IsWhole => _missing == 0;

    /// <summary>False: it was here already.</summary>
    internal bool Add(int run)
    {
        if (!Have.Set(run))
            return false;
        _missing--;
        return true;
    }
}
