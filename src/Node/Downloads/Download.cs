using FriendNet.Crypto.Merkle;
using FriendNet.Node.Blocks;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>A transfer that is not done: its place on disk, what is stored. Any thread.</summary>
internal sealed partial class Download : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RateMeter _rate = new();
    private readonly Dictionary<LinkId, RateMeter> _sources = [];
    private readonly PartPlace _place;
    private readonly Dictionary<int, ProofTree> _proofs;
    private List<(int Run, Hash256 Root)> _unrecorded = [];
    private List<(int Run, Hash256 Root)> _recording = [];
    private long _bytesStored;
    private readonly RunGate _writing = new();
    private int _users;
    private Action? _whenQuiet;
    private bool _isStopped;
    private volatile bool _isSpoiled;

    /// <exception cref="DiskException">Its place cannot be opened.</exception>
    internal Download(
        TransferRow row,
        TransferContent content,
        Dictionary<int, ProofTree>? proofs = null
    )
    {
        (Row, Content, _proofs) = (row, content, proofs ?? []);
        _place = new(row, content, mayMake: false);
        _bytesStored = content.BytesHeld;
    }

    internal TransferRow Row { get; }

    internal TransferContent Content { get; }

    internal PartPlace Place => _place;

    internal required Disk Disk { get; init; }

    internal required Blames Blames { get; init; }

    /// <summary>Called when the first slice since the last record was written.</summary>
    internal required Action Dirty { get; init; }

    /// <summary>Called after each slice that was written.</summary>
    internal required Action Stored { get; init; }

    internal long BytesStored
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _bytesStored;
            }
        }
    }

    /// <summary>Paused, cancelled or finishing: no fetch may begin.</summary>
    internal bool IsStopped
    {
        get => Volatile.Read(ref _isStopped);
        set => Volatile.Write(ref _isStopped, value);
    }

    /// <summary>
    /// The disk failed: a lost write is told once only, so what is not recorded is not trusted
    /// any more, and what is recorded must be loaded again.
    /// </summary>
    internal bool IsSpoiled
    {
        get => _isSpoiled;
        set => _isSpoiled = value;
    }

    /// <summary>True: this is the first that the disk failed.</summary>
    internal bool TrySpoil()
    {
        using (_gate.EnterScope())
        {
            var isFirst = !_isSpoiled;
            _isSpoiled = true;
            return isFirst;
        }
    }

    internal bool HasUnrecorded
    {
        get
        {
            using (_gate.EnterScope())
            {
                return !_isSpoiled && _unrecorded.Count > 0;
            }
        }
    }

    /// <summary>A fetch begins, to be followed by <see cref="Leave"/>; false: stopped.</summary>
    internal bool TryEnter()
    {
        using (_gate.EnterScope())
        {
            if (_isStopped)
                return false;
            _users++;
            return true;
        }
    }

    internal void Leave()
    {
        Action? then = null;
        using (_gate.EnterScope())
        {
            if (--_users == 0)
                (then, _whenQuiet) = (_whenQuiet, null);
        }

        then?.Invoke();
    }

    /// <summary>Runs that once no fetch is underway; replaces what was to run before.</summary>
    internal void WhenQuiet(Action then)
    {
        using (_gate.EnterScope())
        {
            if (_users > 0)
            {
                _whenQuiet = then;
                return;
            }
        }

        then();
    }

    /// <summary>Writes a verified slice.</summary>
    /// <param name="proof">Kept, to prove the run to others.</param>
    /// <exception cref="DiskException">It cannot be written.</exception>
    /// <param name="root">The run's; kept, to look again where somebody changed the part.</param>
    internal void Write(
        Slice slice,
        LinkId link,
        Hash256 root,
        Block block,
        int at,
        int count,
        ReadOnlySpan<Hash256> proof
    )
    {
        var run = Content.Map.Number(slice);
        _writing.Enter(run);
        try
        {
            // A second copy: at the end two are asked, or a fetch that was given up came after all.
            if (IsThere(run))
                return;
            _place.Write(slice, block, at, count);
            Stand(slice, run, link, root, count, proof);
        }
        finally
        {
            _writing.Leave(run);
        }

        Stored();
    }

    /// <summary>Syncs what was written, if that is due; once its slice is known.</summary>
    /// <exception cref="DiskException">The disk failed.</exception>
    internal void SyncEarly(Slice slice, int count) => _place.SyncEarly(slice, count);

    private bool IsThere(int run)
    {
        using (_gate.EnterScope())
        {
            return Content.Have[run];
        }
    }

    private void Stand(
        Slice slice,
        int run,
        LinkId link,
        Hash256 root,
        int count,
        ReadOnlySpan<Hash256> proof
    )
    {
        var now = Environment.TickCount64;
        bool isFirst;
        using (_gate.EnterScope())
        {
            Content.Have.Set(run);
            _unrecorded.Add((run, Content.Map.Count(slice.File) > 1 ? root : default));
            if (proof.Length > 0)
                TreeOf(slice.File).Add(slice.Run, proof);
            isFirst = _unrecorded.Count == 1;
            _bytesStored += count;
            _rate.Add(count, now);
            if (!_sources.TryGetValue(link, out var source))
                _sources[link] = source = new();
            source.Add(count, now);
        }

        if (isFirst)
            Dirty();
    }

    /// <summary>Whether a run is verified and written.</summary>
    internal bool Has(Slice slice)
    {
        using (_gate.EnterScope())
        {
            return !_isSpoiled && Content.Have[Content.Map.Number(slice)];
        }
    }

    /// <summary>Syncs what was written and records it.</summary>
    /// <exception cref="DiskException">The disk failed; nothing was recorded.</exception>
    internal void Record(TransferStore store)
    {
        using (_gate.EnterScope())
        {
            if (_unrecorded.Count == 0)
                return;
            (_unrecorded, _recording) = (_recording, _unrecorded);
        }

        try
        {
            _place.Sync();
            // First: what is recorded as here can be proved.
            RecordProofs(store);
            store.Record(Row.Id, _recording, CopyBits, _place.TimesOf(_recording));
            _recording.Clear();
        }
        catch
        {
            using (_gate.EnterScope())
            {
                _unrecorded.AddRange(_recording);
                _recording.Clear();
            }

            throw;
        }
    }

    internal TransferProgress Progress(TransferRow row, string? why)
    {
        var now = Environment.TickCount64;
        using (_gate.EnterScope())
        {
            var rate = _rate.BytesPerSecond(now);
            List<SourceRate> sources = [];
            foreach (var (link, meter) in _sources)
            {
                if (meter.BytesPerSecond(now) is > 0 and var bytes)
                    sources.Add(new(link, bytes));
            }

            long? left = rate > 0 ? (row.Bytes - _bytesStored) / rate : null;
            var place = Path.Join(row.Destination, row.Name);
            return new(row, place, _bytesStored, rate, left, sources, why);
        }
    }

    public void Dispose() => _place.Dispose();

    private void CopyBits(int from, byte[] bits)
    {
        using (_gate.EnterScope())
        {
            Content.Have.CopyTo(from, bits);
            // What was written after the sync is not to be trusted yet.
            foreach (var (run, _) in _unrecorded)
            {
                var at = run - from;
                if (at >= 0 && at < bits.Length * 8)
                    bits[at >> 3] &= unchecked((byte)~(1 << (at & 7)));
            }
        }
    }
}
