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
            // What was signed is forgotten, or the view went on meanwhile, or not at all.
            if (header.From != last.Root || header.To != head || last == head)
            {
                step = null;
            }

            if (step?.Length <= Limits.HeadDeltaBytesMax)
            {
                delta = step;
            }

            Keep(step, header.Tags, head);
            (_head, _whole, _cut) = (head, whole, null);
            return head;
        }
    }

    /// <summary>
    /// The circle sees less than what was signed: that is missing from now on, until the view as
    /// it is then is signed.
    /// </summary>
    public void Drop()
    {
        lock (_gate)
        {
            _pieces.Clear();
            (_head, _whole, _cut) = (default, null, null);
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
            if (
                chain.Count > 0
                && chain.Sum(piece => piece.Bytes.Length) < _whole.Length
                && DeltaChain.Leads(chain.Select(piece => piece.Bytes), new(have, _head.Root.Tag))
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

    // They follow one another to what is served: who is given a gap takes it for a lie.
    private void Keep(byte[]? step, DeltaTags tags, CatalogHead head)
    {
        var end = _pieces is [.., var last] ? last.Tags.To : 0;
        // They lead there already: that head could not be signed, or is told under a fresh name.
        if (end == head.Root.Tag)
        {
            return;
        }

        if (step is null || end != tags.From)
        {
            _pieces.Clear();
        }

        if (step is not null)
        {
            _pieces.Add((tags, step));
        }

        while (
            _pieces.Count > Limits.DeltasKeptMax
            || _pieces.Sum(piece => piece.Bytes.Length) > Limits.DeltasKeptBytes
        )
        {
            _pieces.RemoveAt(0);
        }
    }

    [MemberNotNullWhen(true, nameof(_whole))]
    private bool IsPublished(CatalogHead content)
    {
        // After a start nothing has been taken yet, and after less is shown nothing holds.
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
