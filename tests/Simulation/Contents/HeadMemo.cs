using System.Buffers.Binary;
using System.Collections.Concurrent;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Contents;

/// <summary>Reads each distinct head of a world once, with the real check.</summary>
internal sealed class HeadMemo
{
    private readonly ConcurrentDictionary<Key, SignedHead?> _heads = new();

    internal SignedHead? Read(ReadOnlyMemory<byte> bytes) =>
        _heads.GetOrAdd(new Key(bytes), key => SignedHead.TryRead(key.Bytes));

    private readonly record struct Key(ReadOnlyMemory<byte> Bytes)
    {
        public bool Equals(Key other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

        // The last bytes are a signature: as good as random.
        public override int GetHashCode() =>
            Bytes.Length < sizeof(int)
                ? 0
                : BinaryPrimitives.ReadInt32LittleEndian(Bytes.Span[^sizeof(int)..]);
    }
}
