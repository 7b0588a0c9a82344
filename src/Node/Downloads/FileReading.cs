using System.IO.Pipelines;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>
/// One reader of a file, perhaps while it arrives: waits for runs, tells the engine which it will
/// want next, more of them the quicker it reads. For one caller at a time.
/// </summary>
public sealed class FileReading : IDisposable
{
    private const int PieceBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Limits.ReadWaitSeconds);
    private readonly RateMeter _rate = new();
    private readonly ReaderId _id;
    private readonly TransferEntry _entry;
    private readonly int _file;
    private readonly PartReader _part;
    private readonly Action<Input> _report;
    private readonly Action _closed;
    private int _told = -1;

    /// <param name="closed">Called once, by Dispose.</param>
    internal FileReading(
        ReaderId id,
        TransferEntry entry,
        int file,
        PartReader part,
        Action<Input> report,
        Action closed
    )
    {
        (_id, _entry, _file, _part) = (id, entry, file, part);
        (_report, _closed) = (report, closed);
    }

    public ContentId Content => _part.File.Id;

    /// <summary>The last name of its path.</summary>
    public string Name => _part.File.Path[(_part.File.Path.LastIndexOf('/') + 1)..];

    /// <summary>Waits until that byte can be read.</summary>
    /// <exception cref="FailureException">It will not come, or nothing came for long.</exception>
    public async Task AwaitAsync(long offset, CancellationToken cancel)
    {
        var run = (int)(offset / MerkleTree.RunBytes);
        WantFrom(run);
        while (true)
        {
            var changed = _entry.Changed.Next();
            switch (Guarded(() => _part.StateOf(run)))
            {
                case RunState.Stored:
                    return;
                case RunState.Over:
                    throw Stopped();
            }

            try
            {
                await changed.WaitAsync(Patience, cancel);
            }
            catch (TimeoutException)
            {
                throw Starved();
            }
        }
    }

    /// <summary>Copies bytes as they arrive; returns early if nobody takes them.</summary>
    /// <exception cref="FailureException">As of <see cref="AwaitAsync"/>, or the disk</exception>
    public async Task CopyAsync(long from, long count, PipeWriter to, CancellationToken cancel)
    {
        for (var end = from + count; from < end; )
        {
            await AwaitAsync(from, cancel);
            var runEnd = Math.Min(end, ((from / MerkleTree.RunBytes) + 1) * MerkleTree.RunBytes);
            while (from < runEnd)
            {
                var bytes = (int)Math.Min(PieceBytes, runEnd - from);
                Read(to.GetMemory(bytes)[..bytes], from);
                to.Advance(bytes);
                if ((await to.FlushAsync(cancel)).IsCompleted)
                    return;
                from += bytes;
                _rate.Add(bytes, Environment.TickCount64);
            }
        }
    }

    public void Dispose()
    {
        if (_told >= 0)
            _report(new Input.ReadAhead(_id, _entry.Row.Id, _file, 0, 0));
        _part.Dispose();
        _closed();
    }

    private bool Read(Memory<byte> destination, long offset) =>
        Guarded(() => _part.TryRead(destination.Span, offset))
            ? true
            : throw new FailureException(
                FailureKind.Disk,
                $"{Name} is shorter than it was: something else changed it; fetch it again."
            );

    private static T Guarded<T>(Func<T> disk)
    {
        try
        {
            return disk();
        }
        catch (DiskException error)
        {
            throw new FailureException(FailureKind.Disk, error.Message, error);
        }
    }

    private void WantFrom(int run)
    {
        if (run == _told || _entry.Row.State == TransferState.Done)
            return;
        _told = run;
        var ahead = _rate.BytesPerSecond(Environment.TickCount64) * Limits.ReadAheadSeconds;
        var runs = Math.Clamp(
            ahead / MerkleTree.RunBytes,
            Limits.ReadAheadRunsMin,
            Limits.ReadAheadRunsMax
        );
        _report(new Input.ReadAhead(_id, _entry.Row.Id, _file, run, (int)runs));
    }

    private FailureException Stopped()
    {
        var row = _entry.Row;
        return row.Why is { } why
            ? new(FailureKind.Disk, $"{row.Name} stopped: {why}")
            : new(
                FailureKind.Cancelled,
                $"{row.Name} is {(row.State == TransferState.Paused ? "paused" : "cancelled")}: "
                    + "what is not fetched cannot be read."
            );
    }

    private FailureException Starved() =>
        new(
            FailureKind.NoSource,
            $"Nothing of {_entry.Row.Name} arrived for {Limits.ReadWaitSeconds} s: "
                + (_entry.Why ?? "see `friendnet transfer show`.")
        );
}
