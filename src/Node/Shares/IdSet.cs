namespace FriendNet.Node.Shares;

/// <summary>A set of row ids, one bit each: 125 KB for a million files.</summary>
internal sealed class IdSet
{
    private ulong[] _bits = new ulong[64];

    internal long Count { get; private set; }

    internal void Add(long id)
    {
        var word = (int)(id / 64);
        if (word >= _bits.Length)
            Array.Resize(ref _bits, Math.Max(word + 1, _bits.Length * 2));
        if (Contains(id))
            return;
        _bits[word] |= 1UL << (int)(id % 64);
        Count++;
    }

    internal bool Contains(long id) =>
        id / 64 < _bits.Length && (_bits[id / 64] >> (int)(id % 64) & 1) != 0;
}
