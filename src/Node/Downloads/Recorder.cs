namespace FriendNet.Node.Downloads;

/// <summary>
/// The thread that makes things last: once a second it syncs what was written and records it, so
/// that a crash costs that second; finishing and removing are done here too, in order.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private const int PeriodMilliseconds = 1000;
    private readonly Func<bool> _recordAll;
    private readonly Queue<Action> _jobs = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread _thread;
    private volatile bool _isOver;

    /// <param name="recordAll">Records what is unrecorded; false if that was nothing.</param>
    internal Recorder(string name, Func<bool> recordAll)
    {
        _recordAll = recordAll;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs a job soon, which must not throw. One for each command of the user.</summary>
    internal void Post(Action job)
    {
        using (_gate.EnterScope())
        {
            _jobs.Enqueue(job);
        }

        _wake.Release();
    }

    /// <summary>Something is to be recorded within the second.</summary>
    internal void Wake() => _wake.Release();

    /// <summary>Does what is posted, records what is left, and ends.</summary>
    public void Dispose()
    {
        _isOver = true;
        _wake.Release();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        var recordedAt = Environment.TickCount64;
        var isDirty = false;
        while (!_isOver)
        {
            var passed = Environment.TickCount64 - recordedAt;
            var left = (int)Math.Clamp(PeriodMilliseconds - passed, 0, PeriodMilliseconds);
            var isWoken = _wake.Wait(isDirty ? left : Timeout.Infinite);
            isDirty |= isWoken;
            while (TryNext(out var job))
                job();
            if (Environment.TickCount64 - recordedAt < PeriodMilliseconds)
                continue;
            isDirty = _recordAll();
            recordedAt = Environment.TickCount64;
        }

        while (TryNext(out var job))
            job();
        _recordAll();
    }

    private bool TryNext(out Action job)
    {
        using (_gate.EnterScope())
        {
            return _jobs.TryDequeue(out job!);
        }
    }
}
