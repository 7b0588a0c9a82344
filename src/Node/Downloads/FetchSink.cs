using FriendNet.Crypto.Merkle;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Downloads;

/// <summary>
/// Takes the answer to one fetch: bytes are decrypted into its block by the link's reader, then
/// checked and written by the disk queue. Ends exactly once, after the last write.
/// </summary>
internal sealed class FetchSink : IStreamSink
{
    private const int ProgressMilliseconds = 1000;
    private readonly Lock _gate = new();
    private readonly FetchWork _work;
    private readonly Effect.Fetch _fetch;
    private readonly Download _download;
    private readonly IReadOnlyList<RunOfContent> _asked;
    private readonly AnswerCheck _answer;
    private Block? _block;
    private int _sliceAt;
    private int _at;
    private long _toldAt;
    private int _holders = 1;
    private bool _isReading;
    private bool _isOver;

    /// <param name="download">Entered; left when the fetch has ended.</param>
    internal FetchSink(
        FetchWork work,
        Effect.Fetch fetch,
        Download download,
        IReadOnlyList<RunOfContent> asked
    )
    {
        (_work, _fetch, _download) = (work, fetch, download);
        (_asked, _answer) = (asked, new(asked));
        IsPrompt = asked.Sum(run => (long)run.Bytes) <= Limits.PromptBytesMax;
    }

    /// <summary>Whether so little was asked for that it waits for nothing large.</summary>
    internal bool IsPrompt { get; }

    /// <summary>Empty: nothing more is wanted of this stream; drop the bytes.</summary>
    public Span<byte> DataSpace(int bytes)
    {
        using (_gate.EnterScope())
        {
            if (!_isOver && bytes <= _answer.Remaining)
            {
                _isReading = true;
                _block ??= _work.Blocks.Rent();
                return _block.Span.Slice(_at, bytes);
            }
        }

        GiveUp();
        return default;
    }

    public void DataReceived(int bytes)
    {
        var index = _answer.Index;
        _at += bytes;
        if (_answer.Data(bytes) == AnswerStep.Whole)
        {
            Interlocked.Increment(ref _holders);
            _download.Disk.Writers.Add(new(this, index, _sliceAt, _at - _sliceAt, _answer.Proof));
            _sliceAt = _at;
        }

        Tell();
        using (_gate.EnterScope())
        {
            _isReading = false;
            if (!_isOver)
                return;
        }

        // Cancelled while the reader was here.
        ReleaseReading();
    }

    public void Part(ReadOnlySpan<byte> body)
    {
        if (_isOver)
            return;
        var index = _answer.Index;
        switch (_answer.Header(body))
        {
            case AnswerStep.NotFound:
                Report(index, SliceFailure.NotFound);
                break;
            case AnswerStep.SourceFailed:
                Report(index, SliceFailure.SourceFailed);
                break;
            case AnswerStep.Malformed:
                GiveUp();
                break;
        }
    }

    public void Ended() => ReaderLeaves();

    public void Failed(ResetCode? code) => ReaderLeaves();

    /// <summary>Nothing more is taken; what is verified is still written.</summary>
    internal void Cancel()
    {
        using (_gate.EnterScope())
        {
            if (_isOver)
                return;
            _isOver = true;
            if (_isReading)
                return;
        }

        ReleaseReading();
    }

    /// <summary>By a thread of the disk queue: what is verified is written.</summary>
    internal void Write(WriteJob job, SliceCheck check)
    {
        var run = _asked[job.Index];
        if (check.IsGood(run, _block!.Span.Slice(job.At, job.Count), job.Proof))
        {
            _download.Blames.Right(_fetch.Slices[job.Index], check.Leaves);
            Store(job, check.Root);
        }
        else
        {
            var slice = _fetch.Slices[job.Index];
            var isNoted = _download.Blames.Note(_fetch.Link, slice, check.Leaves.ToArray());
            Report(job.Index, SliceFailure.Corrupt);
            if (isNoted)
            {
                _work.AskLeaves(
                    _fetch,
                    job.Index,
                    check.AskLeaves(run, job.Proof),
                    leaf => _download.Blames.Note(_fetch.Link, slice, leaf)
                );
            }
        }

        Release();
    }

    private void Store(WriteJob job, Hash256 root)
    {
        try
        {
            var slice = _fetch.Slices[job.Index];
            _download.Write(slice, _fetch.Link, root, _block!, job.At, job.Count, job.Proof);
            _work.Report(new Input.SliceStored(_fetch.Id, job.Index));
            // Told first: what is here is not to be asked of others while the disk flushes.
            _download.SyncEarly(slice, job.Count);
        }
        catch (DiskException e)
        {
            if (!_download.IsStopped)
                _work.DiskFailed(_download, e);
            Report(job.Index, SliceFailure.DiskFailed);
        }
    }

    // The link may break between space and bytes.
    private void ReaderLeaves()
    {
        bool isOwed;
        using (_gate.EnterScope())
        {
            isOwed = _isOver && _isReading;
            _isReading = false;
        }

        if (isOwed)
            ReleaseReading();
        else
            Cancel();
    }

    private void GiveUp()
    {
        _work.CloseStream(_fetch.Id);
        Cancel();
    }

    private void Report(int index, SliceFailure why) =>
        _work.Report(new Input.SliceFailed(_fetch.Id, index, why));

    private void Tell()
    {
        var now = Environment.TickCount64;
        if (now - _toldAt < ProgressMilliseconds)
            return;
        // The first time is the beginning, which is no news.
        if (_toldAt != 0)
            _work.Report(new Input.FetchProgress(_fetch.Id, _at));
        _toldAt = now;
    }

    /// <summary>Nothing more comes: what is left is to be written.</summary>
    private void ReleaseReading()
    {
        if (!Release())
            _work.Report(new Input.FetchCame(_fetch.Id, _at));
    }

    private bool Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return false;
        _block?.Return();
        _work.Ended(_fetch.Id);
        _download.Leave();
        return true;
    }
}
