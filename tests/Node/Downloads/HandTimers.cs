namespace FriendNet.Tests.Node.Downloads;

/// <summary>Timers that run when told.</summary>
internal sealed class HandTimers : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<(TimeSpan After, Action Run)> _set = [];

    /// <summary>How long the timers that are set would wait.</summary>
    internal TimeSpan[] Waits
    {
        get
        {
            using (_gate.EnterScope())
            {
                return [.. _set.Select(timer => timer.After)];
            }
        }
    }

    /// <summary>Runs those that are set now, each once.</summary>
    internal void Run()
    {
        (TimeSpan, Action Run)[] due;
        using (_gate.EnterScope())
        {
            due = [.. _set];
            _set.Clear();
        }

        foreach (var (_, run) in due)
            run();
    }

    public override ITimer CreateTimer(
        TimerCallback callback,
        object? state,
        TimeSpan dueTime,
        TimeSpan period
    )
    {
        using (_gate.EnterScope())
        {
            _set.Add((dueTime, () => callback(state)));
        }

        return new Unchanged();
    }

    private sealed class Unchanged : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
