using FriendNet.Node.Queues;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;

namespace FriendNet.Node.Running;

/// <summary>
/// The one thread that decides: takes inputs from a bounded queue, handles each, carries its
/// effects out. Ends by <see cref="Dispose"/>, dropping what still waits.
/// </summary>
public sealed class EngineThread : IDisposable
{
    private const int InputsMax = 4096;
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);
    private readonly BoundedQueue<Input> _inputs = new(InputsMax);
    private readonly Queue<Input> _own = new();
    private readonly NodeEngine _engine;
    private readonly SystemClock _clock;
    private readonly Thread _thread;
    private Action<Effect> _carryOut = _ => { };
    private bool _hasTicked;

    public EngineThread(NodeEngine engine, SystemClock clock)
    {
        (_engine, _clock) = (engine, clock);
        _thread = new Thread(Run) { IsBackground = true, Name = "engine" };
    }

    /// <summary>Inputs may be posted before; they wait.</summary>
    public void Start(Action<Effect> carryOut)
    {
        _carryOut = carryOut;
        _thread.Start();
    }

    /// <summary>Waits while the queue is full; dropped once the engine ends.</summary>
    public void Post(Input input)
    {
        // What an effect reports at once must not wait for the thread that carries it out.
        if (Thread.CurrentThread == _thread)
        {
            _own.Enqueue(input);
            return;
        }

        // False: ending, or ended. Nobody decides any more; others may report until they end, too.
        _inputs.Add(input);
    }

    public void Dispose()
    {
        _inputs.Close();
        if (_thread.ThreadState != ThreadState.Unstarted)
        {
            _thread.Join(EndTime);
        }
    }

    private void Run()
    {
        while (!_inputs.IsClosed)
        {
            Handle(Next());
        }
    }

    /// <summary>A tick that is due goes before what is queued, but never twice in a row.</summary>
    private Input Next()
    {
        var wait = Timeout.InfiniteTimeSpan;
        if (_engine.Deadline is { } deadline)
        {
            var left = deadline - _clock.Now();
            if (left <= TimeSpan.Zero && !_hasTicked)
            {
                _hasTicked = true;
                return new Input.Tick();
            }

            // A millisecond at least: a wait counts in them, and a deadline just missed is met.
            wait = TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds + 1, 0, 3_600_000));
        }

        _hasTicked = false;
        if (_own.TryDequeue(out var own))
        {
            return own;
        }

        return _inputs.TryTake(out var input, wait) ? input : new Input.Tick();
    }

    private void Handle(Input input)
    {
        _engine.Handle(input, _clock.Now());
        while (_engine.TryPoll(out var effect))
        {
            _carryOut(effect!);
        }
    }
}
