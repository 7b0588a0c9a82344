using System.Collections.Concurrent;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Contents;

/// <summary>
/// Every catalog of a world by its root, kept once for all nodes. What many nodes check alike is
/// checked once for each distinct input, by the real code.
/// </summary>
/// <param name="isForgetful">What is taken is kept by who took it alone.</param>
internal sealed class Library(bool isForgetful)
{
    private readonly ConcurrentDictionary<Hash256, Volume> _volumes = new();
    private readonly ConcurrentDictionary<(Hash256, Hash256), byte[]> _deltas = new();
    private readonly ConcurrentDictionary<Question, Volume?> _answers = new();

    internal Volume Add(EntrySet set) =>
        _volumes.TryGetValue(set.Head.Root, out var known)
            ? known
            : _volumes.GetOrAdd(set.Head.Root, new Volume(set));

    internal Volume? Find(Hash256 root) => _volumes.GetValueOrDefault(root);

    /// <summary>The steps from one to the other, written once.</summary>
    internal byte[] Delta(Volume from, Volume to) =>
        _deltas.GetOrAdd((from.Head.Root, to.Head.Root), _ => to.Set.DeltaFrom(from.Set));

    /// <summary>
    /// What deltas of form 2 make of what is held (null: nothing), checked against a head that
    /// is signed. Null: they do not lead there.
    /// </summary>
    internal Volume? Apply(Volume? held, ReadOnlyMemory<byte> deltas, CatalogHead head)
    {
        if (isForgetful)
            return Check(held, deltas, head);
        var question = new Question(held?.Head.Root ?? default, deltas, head);
        return _answers.GetOrAdd(question, _ => Check(held, deltas, head));
    }

    /// <summary>The same for bytes that no other node receives.</summary>
    internal Volume? Check(Volume? held, ReadOnlyMemory<byte> deltas, CatalogHead head)
    {
        var before = held?.Set ?? EntrySet.Empty;
        var check = new ChangeCheck(before, head);
        if (check.Read(deltas) != CheckOutcome.Right)
            return null;
        var from = check.IsFromNothing ? EntrySet.Empty : before;
        var removed = check.Removed.Select(DeltaStep.Remove);
        var set = from.With([.. removed, .. check.Upserts.Select(DeltaStep.Upsert)]);
        return isForgetful ? new Volume(set) : Add(set);
    }

    // The bytes by where they stand: equal ones elsewhere are only checked once more.
    private readonly record struct Question(
        Hash256 From,
        ReadOnlyMemory<byte> Deltas,
        CatalogHead Head
    );
}
