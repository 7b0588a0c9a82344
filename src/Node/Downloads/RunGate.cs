namespace FriendNet.Node.Downloads;

/// <summary>
/// One thread at a time writes a run: a second copy waits for the first, which takes as long as
/// the disk takes for one write. Any thread.
/// </summary>
internal sealed class RunGate
{
    private readonly HashSet<int> _runs = [];

    internal void Enter(int run)
    {
        lock (_runs)
        {
            while (!_runs.Add(run))
                Monitor.Wait(_runs);
        }
    }

    internal void Leave(int run)
    {
        lock (_runs)
        {
            _runs.Remove(run);
            Monitor.PulseAll(_runs);
        }
    }
}
