using System.Buffers;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>
/// What we show the circle, as of the head that was signed last: the view goes on meanwhile, and
/// who asks must get what the head says. For any thread.
/// </summary>
internal sealed class OwnCircle(Views views)
{
    private readonly Lock _gate = new();
    private readonly List<(DeltaTags Tags, byte[] Bytes)> _pieces = [];
    private CatalogHead _head;
    private byte[]? _whole;

    /// <summary>
    /// Takes the view as it stands now: from here on it is what is served. Null: nobody is shown
    /// anything.
    /// </summary>
    /// <param name="last">What was signed before.</param>
    /// <param name="delta">From there, if it is small; or empty.</param>
    internal CatalogHead? Take(CatalogHead last, out ReadOnlyMemory<byte> delta)
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

            (_head, _whole) = (head, whole);
            return head;
        }
    }

    /// <summary>The way from a root to this content; false: it is not what is published.</summary>
    internal bool TryWrite(CatalogHead content, ulong have, IBufferWriter<byte> output)
    {
        lock (_gate)
        {
            // After a start nothing has been taken yet.
            if (_whole is null && Read(default, out var header) is { } whole)
            {
                (_head, _whole) = (header.To, whole);
            }

            if (_whole is null || _head != content)
            {
                return false;
            }

            var at = _pieces.FindLastIndex(piece => piece.Tags.From == have);
            var chain = have == 0 || at < 0 ? [] : _pieces[at..];
            var isWay = chain.Count > 0 && chain[^1].Tags.To == content.Root.Tag;
            if (!isWay || chain.Sum(piece => piece.Bytes.Length) >= _whole.Length)
            {
                output.Write(_whole);
                return true;
            }

            chain.ForEach(piece => output.Write(piece.Bytes));
            return true;
        }
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
}
