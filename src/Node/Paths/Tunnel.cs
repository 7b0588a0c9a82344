using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>
/// The end of a path, as what carries a link: the answer to one request is what comes, the answer
/// to the other's is what goes.
/// </summary>
internal sealed class Tunnel : IWire
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(Limits.SilenceSeconds);
    private readonly object _inGate = new();
    private readonly object _outGate = new();
    private readonly Ring _in;
    private readonly Ring _out;
    private readonly Intake _intake;
    private readonly Outflow _outflow;
    private readonly Action<ResetCode?> _lost;
    private bool _hasEnded;
    private bool _isOver;

    /// <param name="lost">What comes was given up by the next hop; outside all locks.</param>
    internal Tunnel(BlockPool pool, Action<ResetCode?> lost)
    {
        (_in, _out, _lost) = (new Ring(pool), new Ring(pool), lost);
        _intake = new Intake(_inGate, _in, null, null)
        {
            Moved = () => Monitor.PulseAll(_inGate),
            Over = Over,
        };
        _outflow = new Outflow(_outGate, _out, _ => Monitor.PulseAll(_outGate));
    }

    /// <summary>Asks for what comes; stream 0: the link is gone or full.</summary>
    internal StreamId Open(Link via, Request request) => _intake.Open(via, request);

    /// <summary>Answers with what goes.</summary>
    internal void Start(Answer answer) => _outflow.Start(answer, Shutdown);

    public int Receive(Span<byte> buffer)
    {
        Block block;
        int at;
        int count;
        lock (_inGate)
        {
            while (_isOver || !_in.TryNext(buffer.Length, out at, out count))
            {
                if (_hasEnded || _isOver)
                {
                    return 0;
                }

                Monitor.Wait(_inGate);
            }

            block = _in.Block!;
            block.Share();
        }

        block.Span.Slice(at, count).CopyTo(buffer);
        block.Return();
        lock (_inGate)
        {
            _in.Consume(count);
            _intake.Left(count);
        }

        return count;
    }

    public bool Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, Limits.FrameBodyBytesMax);
            Span<byte> space;
            lock (_outGate)
            {
                while (!_isOver && _out.Used + count > Limits.PathWindowBytes)
                {
                    _outflow.Pump();
                    if (!Monitor.Wait(_outGate, Silence))
                    {
                        return false;
                    }
                }

                space = _out.Space(count);
                if (_isOver || space.IsEmpty)
                {
                    return false;
                }
            }

            bytes[..count].CopyTo(space);
            bytes = bytes[count..];
            lock (_outGate)
            {
                _out.Commit(count);
            }
        }

        // Once for all pieces: each would wake the link's writer.
        lock (_outGate)
        {
            _outflow.Pump();
        }

        return true;
    }

    /// <summary>The window of a path is what it is.</summary>
    public void KeepUnsent(int bytes) { }

    public void ShutdownSend()
    {
        lock (_outGate)
        {
            _outflow.End();
        }
    }

    public void Shutdown()
    {
        lock (_inGate)
        {
            _isOver = true;
            _intake.Cancel();
            _in.Drop();
            Monitor.PulseAll(_inGate);
        }

        lock (_outGate)
        {
            _outflow.Reset(ResetCode.Failed);
            Monitor.PulseAll(_outGate);
        }
    }

    public void Dispose() => Shutdown();

    private void Over(bool isWhole, ResetCode? code)
    {
        if (!isWhole)
        {
            Shutdown();
            _lost(code);
            return;
        }

        lock (_inGate)
        {
            _hasEnded = true;
            Monitor.PulseAll(_inGate);
        }
    }
}
