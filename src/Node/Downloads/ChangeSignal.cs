namespace FriendNet.Node.Downloads;

/// <summary>
/// Tells all who wait that something changed. Take <see cref="Next"/> first, then look: what
/// changes in between is not missed. Any thread; costs next to nothing while nobody waits.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next change.</summary>
    internal Task Next()
    {
        if (Volatile.Read(ref _next) is { } next)
            return next.Task;
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
    }

    internal void Raise() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
