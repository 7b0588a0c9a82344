using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>
/// A transfer as the daemon knows it; done ones have no <see cref="Live"/> part.
/// </summary>
internal sealed class TransferEntry(TransferRow row)
{
    private int _openings;

    internal TransferRow Row { get; set; } = row;

    /// <summary>Not listed any more; kept until what it left is removed.</summary>
    internal bool IsCancelled => Row.State == TransferState.Cancelled;

    internal Download? Live
    {
        get;
        set
        {
            if (field is { } old)
                BytesStored = old.BytesStored;
            // Before it is seen: who reads asks for this last.
            if (value is not null)
                Interlocked.Increment(ref _openings);
            field = value;
            Changed.Raise();
        }
    }

    /// <summary>How often its part was opened.</summary>
    internal int Openings => Volatile.Read(ref _openings);

    /// <summary>What is verified and on disk, while there is no live part to say it.</summary>
    internal long BytesStored { get; set; }

    /// <summary>Not null while what came before is hashed again.</summary>
    internal PartLook? Look { get; set; }

    /// <summary>How often our disk stopped it since the user last let it go on.</summary>
    internal int DiskStops { get; set; }

    /// <summary>A run was stored, or the state is another.</summary>
    internal ChangeSignal Changed { get; } = new();

    internal Blames Blames { get; } = new();

    /// <summary>How often somebody else had written to what came.</summary>
    internal int Doubts { get; set; }

    /// <summary>Why it does not go on now, for people.</summary>
    internal string? Why { get; set; } = row.Why;

    internal TaskCompletionSource<TransferEnd> End { get; set; } = NewEnd();

    internal static TaskCompletionSource<TransferEnd> NewEnd() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// All transfers and their states; each change of state goes to the store first. Looking never
/// waits for the disk: the engine looks.
/// </summary>
internal sealed class TransferTable(TransferStore store)
{
    private readonly Dictionary<TransferId, TransferEntry> _entries = [];

    /// <summary>Held over a move, which waits for the disk; taken before the other.</summary>
    private readonly Lock _moving = new();

    /// <summary>Guards what is in memory; never held while something waits.</summary>
    private readonly Lock _gate = new();

    /// <summary>Told of each change of state, after it.</summary>
    internal Action<TransferRow> Moved { get; init; } = _ => { };

    internal TransferEntry Add(TransferRow row)
    {
        var entry = new TransferEntry(row);
        using (_gate.EnterScope())
        {
            _entries[row.Id] = entry;
        }

        return entry;
    }

    internal TransferEntry? Find(TransferId id)
    {
        using (_gate.EnterScope())
        {
            return _entries.GetValueOrDefault(id) is { IsCancelled: false } entry ? entry : null;
        }
    }

    internal TransferEntry[] All()
    {
        using (_gate.EnterScope())
        {
            var listed = _entries.Values.Where(entry => !entry.IsCancelled);
            return [.. listed.OrderBy(entry => entry.Row.Id.Value)];
        }
    }

    /// <summary>
    /// Names that stand for a part, also of cancelled ones that are not removed yet. Wherever they
    /// are: one folder has several names. A file system may not tell cases apart.
    /// </summary>
    internal HashSet<string> PartNames()
    {
        using (_gate.EnterScope())
        {
            return _entries
                .Values.Where(entry => entry.Row.State != TransferState.Done)
                .Select(entry => entry.Row.PartName)
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Forgets a cancelled one, of which nothing is left.</summary>
    internal void Drop(TransferEntry entry)
    {
        store.Remove(entry.Row.Id);
        using (_gate.EnterScope())
        {
            _entries.Remove(entry.Row.Id);
        }
    }

    /// <summary>Why a running one waits, or null; of others the last sentence stands.</summary>
    internal void Explain(TransferEntry entry, string? why)
    {
        using (_gate.EnterScope())
        {
            if (entry.Row.State == TransferState.Running)
                entry.Why = why;
        }
    }

    /// <summary>Stops it in memory only, when the store fails.</summary>
    internal void PauseUnstored(TransferEntry entry, string why)
    {
        using (_moving.EnterScope())
        using (_gate.EnterScope())
        {
            entry.Row = entry.Row with { State = TransferState.Paused, Why = why };
            entry.Why = why;
            entry.Changed.Raise();
        }
    }

    /// <summary>Takes one that is done off the list; false: it is not done.</summary>
    internal bool TryForget(TransferEntry entry)
    {
        using (_moving.EnterScope())
        {
            if (entry.Row.State != TransferState.Done)
                return false;
            store.Remove(entry.Row.Id);
            using (_gate.EnterScope())
            {
                return _entries.Remove(entry.Row.Id);
            }
        }
    }

    /// <summary>Moves to a state, if it is in one of those it may come from.</summary>
    internal bool TryMove(
        TransferEntry entry,
        ReadOnlySpan<TransferState> from,
        TransferState to,
        string? why = null,
        string? finalName = null
    )
    {
        using (_moving.EnterScope())
        {
            if (!from.Contains(entry.Row.State))
                return false;
            finalName ??= entry.Row.FinalName;
            store.SetState(entry.Row.Id, to, finalName, why);
            using (_gate.EnterScope())
            {
                entry.Row = entry.Row with { State = to, FinalName = finalName, Why = why };
                entry.Why = why;
                entry.Changed.Raise();
            }
        }

        Moved(entry.Row);
        return true;
    }
}
