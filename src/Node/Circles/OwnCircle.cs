using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>
/// What we show the circle, as of the head that was signed last: the view goes on meanwhile, and
/// who asks must get what the head says. For any thread.
/// </summary>
public sealed class OwnCircle(Views views)
{
    private readonly Lock _gate = new();
    private readonly List<(DeltaTags Tags, byte[] Bytes)> _pieces = [];
    private CatalogHead _head;
    private byte[]? _whole;

    // As long as there is memory to spare: parts are cut out of it.
    private WeakReference<OwnTree>? _cut;

    /// <summary>
    /// Takes the view as it stands now: from here on it is what is served. Null: nobody is shown
    /// anything.
    /// </summary>
    /// <param name="last">What was signed before.</param>
    /// <param name="delta">From there, if it is small; or empty.</param>
    public CatalogHead? Take(CatalogHead last, out ReadOnlyMemory<byte> delta)
    {
        lock (_gate)
        {
            delta = default;
            if (Read(default, out var header) is not { } whole)
            {
                return null;
            }

            var head = header.To;
            var step = last.Root.IsZero ? null : Read(last, out header);
            if (step is not null && header.From == last.Root && header.To == head && last != head)
            {
                _pieces.Add((header.Tags, step));
                delta = step.Length <= Limits.HeadDeltaBytesMax ? step : default;
            }

            while (
                _pieces.Count > Limits.DeltasKeptMax
                || _pieces.Sum(piece => piece.Bytes.Length) > Limits.DeltasKeptBytes
            )
            {
                _pieces.RemoveAt(0);
            }

            (_head, _whole, _cut) = (head, whole, null);
            return head;
        }
    }

    /// <summary>The way from a root to this content, if it is what is published.</summary>
    /// <param name="isAlone">Nothing else is asked for, so that it may be compared.</param>
    public CircleWay Write(
        CatalogHead content,
        ulong have,
        bool isAlone,
        IBufferWriter<byte> output
    )
    {
        lock (_gate)
        {
            if (!IsPublished(content))
            {
                return CircleWay.None;
            }

            var at = _pieces.FindLastIndex(piece => piece.Tags.From == have);
            var chain = have == 0 || at < 0 ? [] : _pieces[at..];
            var isWay = chain.Count > 0 && chain[^1].Tags.To == content.Root.Tag;
            if (
                isWay
                && chain.Sum(piece => piece.Bytes.Length) < _whole.Length
                && DeltaChain.NamesWhatStays(chain.Select(piece => piece.Bytes))
            )
            {
                chain.ForEach(piece => output.Write(piece.Bytes));
                return CircleWay.Written;
            }

            if (CircleReads.IsCompared(content, have, isAlone))
            {
                return CircleWay.Compare;
            }

            output.Write(_whole);
            return CircleWay.Written;
        }
    }

    /// <summary>The parts that are asked for; null: it is not what is published.</summary>
    public CircleAnswer? Write(
        CatalogHead content,
        CircleRequest request,
        IBufferWriter<byte> output
    )
    {
        OwnTree? cut = null;
        lock (_gate)
        {
            if (!IsPublished(content))
            {
                return null;
            }

            if (_cut?.TryGetTarget(out cut) is not true)
            {
                var set = EntrySet.Empty.Apply(_whole, content)!;
                _cut = new(cut = new OwnTree(set, set.Tree()));
            }
        }

        return PartAnswer.Write(cut!.Tree, content, request, cut.Set.EntriesOf, output);
    }

    [MemberNotNullWhen(true, nameof(_whole))]
    private bool IsPublished(CatalogHead content)
    {
        // After a start nothing has been taken yet.
        if (_whole is null && Read(default, out var header) is { } whole)
        {
            (_head, _whole) = (header.To, whole);
        }

        return _whole is not null && _head == content;
    }

    private byte[]? Read(CatalogHead have, out DeltaHeader header)
    {
        using var spool = views.Delta(Views.Circle, have.Root, DeltaForm.Tags, out header);
        if (spool is null)
        {
            return null;
        }

        var bytes = new byte[spool.Length];
        spool.Read().ReadExactly(bytes);
        return bytes;
    }

    private sealed record OwnTree(EntrySet Set, CatalogTree Tree);
}
