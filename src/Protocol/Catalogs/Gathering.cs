using System.Buffers;
using System.Buffers.Binary;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Catalogs;

/// <summary>
/// One catalog coming in parts, from any number of neighbours in any order. Only parts that are
/// right by the head's root are taken; once all are, what was written is one delta of form 2 from
/// what is held, or from nothing, to the head. Memory: 8 KiB, a compressor, and what is read.
/// </summary>
public sealed class Gathering : IDisposable
{
    private const int Leaves = TreeHash.Fanout * TreeHash.Fanout;

    private readonly CatalogTree _held;
    private readonly bool _isFromNothing;
    private readonly Func<int, IEnumerable<CatalogEntry>> _leaf;
    private readonly DeltaWriter _writer;
    private readonly ulong[] _tags = new ulong[Leaves];
    private readonly bool[] _isRight = new bool[Leaves];
    private long _encoded;

    /// <param name="held">The tree of what is really there.</param>
    /// <param name="from">What the delta leads from: that tree's root, or zero.</param>
    /// <param name="leaf">What is held whose keys begin with this byte.</param>
    public Gathering(
        CatalogHead head,
        CatalogTree held,
        Hash256 from,
        Func<int, IEnumerable<CatalogEntry>> leaf,
        IBufferWriter<byte> output
    )
    {
        (Head, _held, _leaf, _isFromNothing) = (head, held, leaf, from.IsZero);
        _writer = new(output, new(from, head), DeltaForm.Tags);
        for (var i = 0; i < Leaves; i++)
            _tags[i] = held.Leaf(i).Tag;
    }

    public CatalogHead Head { get; }

    /// <summary>Groups of which something is missing; 0: all parts are here.</summary>
    public uint Left
    {
        get
        {
            var left = 0u;
            for (var leaf = 0; leaf < Leaves; leaf++)
                left |= _isRight[leaf] ? 0 : 1u << (leaf / TreeHash.Fanout);
            return left;
        }
    }

    /// <summary>What to ask a neighbour that has it: groups that nobody is asked for yet.</summary>
    public CircleRequest Ask(uint groups)
    {
        var request = new CircleRequest
        {
            Wants = { new CircleWant { Root = Head.Root.Tag } },
            Parts = groups,
        };
        // Nothing is here of what is asked for.
        if (!_tags.Where((tag, leaf) => tag != 0 && IsOf(groups, leaf)).Any())
            return request;
        var tags = new byte[PartNodes.LeafTagsBytes];
        for (var i = 0; i < Leaves; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(tags.AsSpan(i * sizeof(ulong)), _tags[i]);
        request.HaveLeaves = UnsafeByteOperations.UnsafeWrap(tags);
        return request;
    }

    /// <summary>
    /// Takes what an answer brings of the groups that it was asked for. What is right is taken
    /// even if the rest is wrong. Goes on by pieces of some milliseconds; null: there is more to
    /// do. The last is the outcome.
    /// </summary>
    public IEnumerable<CheckOutcome?> Read(uint groups, CircleAnswer answer, DeltaSteps source)
    {
        if (PartNodes.TryFold(Head, answer) is not { } nodes)
        {
            yield return CheckOutcome.Wrong;
            yield break;
        }

        var due = nodes.Differing(groups, IsHeld);
        // Its nodes tell of the other groups too whether they are as they were.
        nodes.Differing(PartNodes.All & ~groups, IsHeld);
        var (outcome, right) = (CheckOutcome.Wrong, new List<RightPart>());
        foreach (var piece in PartAnswer.Read(Head, due, source, right))
        {
            outcome = piece ?? outcome;
            yield return null;
        }

        foreach (var (part, entries) in right)
        {
            Take(part, entries);
            yield return null;
        }

        yield return _encoded > Limits.CatalogBytesMax ? CheckOutcome.TooLarge : outcome;
    }

    /// <summary>Once all parts are here: what was written is complete.</summary>
    public void Finish() => _writer.Finish();

    public void Dispose() => _writer.Dispose();

    // The other finds the same by the tags that it was told.
    private bool IsHeld(Part part)
    {
        if (IsRight(part))
            return true;
        var mine =
            part.Prefix.Nibbles == 1
                ? _held.Middle(part.Prefix.Value)
                : _held.Leaf(part.Prefix.Value);
        if (mine != part.Node)
            return false;
        if (_isFromNothing)
            Write(Held(part).Select(DeltaStep.Upsert));
        SetRight(part);
        return true;
    }

    private void Take(Part part, IReadOnlyList<CatalogEntry> entries)
    {
        List<CatalogEntry> come =
        [
            .. entries.Where(entry => !_isRight[PartAnswer.First(entry.Path)]),
        ];
        _encoded += come.Sum(Encoded);
        var gone = _isFromNothing ? [] : Held(part).ToDictionary(entry => entry.Path);
        Write(
            come.Where(entry => !gone.Remove(entry.Path, out var old) || old != entry)
                .Select(DeltaStep.Upsert)
        );
        Write(gone.Keys.Select(DeltaStep.Remove));
        var items = entries.Select(entry => entry.Item()).ToLookup(item => item.Key.First);
        foreach (var leaf in PartAnswer.Leaves(part.Prefix))
            _tags[leaf] = TreeHash.Node(items[leaf].OrderBy(item => item.Key), 2).Tag;
        SetRight(part);
    }

    private IEnumerable<CatalogEntry> Held(Part part) =>
        PartAnswer.Leaves(part.Prefix).Where(leaf => !_isRight[leaf]).SelectMany(_leaf);

    // A batch of its own, whose steps may come in any order.
    private void Write(IEnumerable<DeltaStep> steps)
    {
        foreach (var step in steps)
            _writer.Add(step);
        _writer.Flush();
    }

    private static long Encoded(CatalogEntry entry) =>
        CatalogEntry.EncodedBytes(entry.Path.Utf8.Length, entry.Content.Length, entry.Modified);

    private static bool IsOf(uint groups, int leaf) =>
        (groups >> (leaf / TreeHash.Fanout) & 1) != 0;

    private bool IsRight(Part part) => PartAnswer.Leaves(part.Prefix).All(leaf => _isRight[leaf]);

    private void SetRight(Part part)
    {
        foreach (var leaf in PartAnswer.Leaves(part.Prefix))
            _isRight[leaf] = true;
    }
}
