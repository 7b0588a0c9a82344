using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Catalogs;

/// <summary>Deltas of form 2 that were kept, for whoever holds what the first leads from.</summary>
public static class DeltaChain
{
    /// <summary>
    /// Whether each begins where the one before ended, and they name nothing but what is there at
    /// their end or was at their beginning: what came and went is not for who never saw it.
    /// </summary>
    public static bool Leads(IEnumerable<byte[]> chain, DeltaTags way)
    {
        var named = new HashSet<CatalogPath>();
        var at = way.From;
        // What it costs us is bounded: it is to be less than all of a catalog does.
        var left = Limits.CatalogEntriesMax;
        foreach (var piece in chain)
        {
            using var reader = new DeltaReader(form: DeltaForm.Tags);
            ReadOnlySpan<byte> input = piece;
            DeltaStatus status;
            while ((status = reader.Read(ref input, out var step)) != DeltaStatus.End)
            {
                if (status == DeltaStatus.Header && reader.Tags.From == at)
                    continue;
                left -= step.Kind == DeltaKind.RemoveTree ? 1 + named.Count : 1;
                if (status != DeltaStatus.Step || left < 0 || Touches(named, step))
                    return false;
            }

            at = reader.Tags.To;
        }

        return at == way.To;
    }

    private static bool Touches(HashSet<CatalogPath> named, DeltaStep step) =>
        step.Kind switch
        {
            DeltaKind.Upsert => !named.Add(step.Path),
            DeltaKind.RemoveTree => named.Any(path => path.IsUnder(step.Path)),
            _ => named.Contains(step.Path),
        };
}
