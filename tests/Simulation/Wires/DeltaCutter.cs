using FriendNet.Protocol.Catalogs;

namespace FriendNet.Simulation.Wires;

/// <summary>
/// The DATA of a circle answer, in any cut, as the deltas that it is: one after another without
/// anything between them.
/// </summary>
internal sealed class DeltaCutter
{
    private byte[] _bytes = [];

    /// <summary>The deltas that are whole now.</summary>
    /// <param name="cuts">False: all that comes is one, and is the rest.</param>
    internal IEnumerable<ReadOnlyMemory<byte>> Add(ReadOnlyMemory<byte> bytes, bool cuts)
    {
        _bytes = [.. _bytes, .. bytes.Span];
        while (cuts && Whole(_bytes) is { } count)
        {
            yield return _bytes.AsMemory(0, count);
            _bytes = _bytes[count..];
        }
    }

    /// <summary>What is no whole delta, at the end of the answer.</summary>
    internal ReadOnlyMemory<byte> Rest() => _bytes;

    // Null: none, or none yet.
    private static int? Whole(ReadOnlySpan<byte> bytes)
    {
        using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
        var rest = bytes;
        DeltaStatus status;
        while ((status = reader.Read(ref rest, out _)) <= DeltaStatus.Step)
        {
            if (status == DeltaStatus.NeedsInput)
                return null;
        }

        return status == DeltaStatus.End ? bytes.Length - rest.Length : null;
    }
}
