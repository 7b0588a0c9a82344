using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>Runs a delta's steps over a friend's entries within an open transaction.</summary>
internal static class DeltaApply
{
    private const int PieceBytes = 64 * 1024;

    // Removals of empty shares, beside one step for each entry before and after.
    private const long StepsSpare = 1024;

    internal static ApplyOutcome Run(
        SqliteConnection writer,
        FriendRow row,
        Stream delta,
        CancellationToken cancellation
    )
    {
        using var reader = new DeltaReader();
        using var edit = new CatalogEdit(writer, row);
        var piece = new byte[PieceBytes];
        var stepsLeft = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = delta.Read(piece);
            ReadOnlySpan<byte> input = piece.AsSpan(0, read);
            DeltaStatus status;
            while ((status = reader.Read(ref input, out var step)) != DeltaStatus.NeedsInput)
            {
                if (status == DeltaStatus.End)
                    break;
                var wrong = status switch
                {
                    DeltaStatus.Header => Begin(row, edit, reader.Header, ref stepsLeft),
                    DeltaStatus.Step when --stepsLeft >= 0 => Do(edit, step),
                    _ => ApplyOutcome.Failed("What the friend sent is no catalog.", lasting: true),
                };
                if (wrong is { } outcome)
                    return outcome;
            }

            if (read == 0)
                return status == DeltaStatus.End
                    ? Finish(edit, reader.Header)
                    : ApplyOutcome.Failed("The catalog was cut off.");
        }
    }

    private static ApplyOutcome? Begin(
        FriendRow row,
        CatalogEdit edit,
        DeltaHeader header,
        ref long stepsLeft
    )
    {
        if (header.To.Entries > Limits.CatalogEntriesMax)
            return ApplyOutcome.Failed(
                $"The catalog has {header.To.Entries:N0} entries; this node takes "
                    + $"{Limits.CatalogEntriesMax:N0} of a friend.",
                lasting: true
            );
        stepsLeft = row.Tree.Entries + header.To.Entries + StepsSpare;
        if (header.From.IsZero)
            edit.RemoveAll();
        else if (header.From != row.Tree.Root)
            return ApplyOutcome.Failed("The friend sent changes to another state.", lasting: true);
        return null;
    }

    private static ApplyOutcome? Do(CatalogEdit edit, DeltaStep step)
    {
        edit.Do(step);
        return edit.IsOverLimit(times: 2) ? TooLarge() : null;
    }

    private static ApplyOutcome Finish(CatalogEdit edit, DeltaHeader header)
    {
        var head = edit.Finish();
        if (edit.IsOverLimit(times: 1))
            return TooLarge();
        return head == header.To
            ? new ApplyOutcome(head)
            : ApplyOutcome.Failed(
                "What the friend sent is not the catalog that it announced.",
                lasting: true
            );
    }

    private static ApplyOutcome TooLarge() =>
        ApplyOutcome.Failed(
            $"The catalog is larger than {Limits.CatalogBytesMax / (1 << 20)} MiB or has more "
                + $"than {Limits.CatalogFoldersMax:N0} folders, or too long paths of folders; this "
                + "node takes no more.",
            lasting: true
        );
}
