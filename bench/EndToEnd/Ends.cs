using System.Diagnostics;
using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// The processes at both ends of one fetch and all their children: what CPU those that stood
/// before spent since, and how much memory each end had at most, looked at 40 times a second.
/// </summary>
internal sealed class Ends : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly int[] _source;
    private readonly List<int> _sink;
    private readonly int[] _standing;
    private readonly double _before;
    private readonly ManualResetEventSlim _done = new();
    private readonly Thread _looking;
    private Memory _ofSource;
    private Memory _ofSink;

    internal Ends(int[] source, params int[] sink)
    {
        (_source, _sink, _standing) = (source, [.. sink], [.. source, .. sink]);
        foreach (var id in _standing)
            ForgetPeak(id);
        _before = _standing.Sum(CpuOf);
        _looking = new Thread(Look) { IsBackground = true };
        _looking.Start();
    }

    /// <summary>CPU seconds of those that stood before, since; and of their children.</summary>
    internal double CpuSeconds => _standing.Sum(CpuOf) - _before;

    /// <summary>A process of the sink's end, started for this fetch alone.</summary>
    internal void Joined(int id)
    {
        lock (_sink)
            _sink.Add(id);
    }

    /// <summary>Waits until the source's children have ended: they count when waited for.</summary>
    internal void AwaitReaped()
    {
        var started = Stopwatch.GetTimestamp();
        while (_source.Any(id => Children(id).Length > 0))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException("A child of the source does not end.");
            _done.Wait(TimeSpan.FromMilliseconds(1));
        }
    }

    /// <param name="wallSeconds">What the fetch took.</param>
    /// <param name="cpuSeconds">Of processes that were started for it.</param>
    internal Cost Cost(double wallSeconds, double cpuSeconds = 0)
    {
        var spent = cpuSeconds + CpuSeconds;
        Stop();
        return new Cost(wallSeconds, spent, _ofSource, _ofSink);
    }

    public void Dispose()
    {
        Stop();
        _done.Dispose();
    }

    private void Stop()
    {
        _done.Set();
        _looking.Join();
    }

    private void Look()
    {
        do
        {
            int[] sink;
            lock (_sink)
                sink = [.. _sink];
            _ofSource = _ofSource.Most(Sum(_source));
            _ofSink = _ofSink.Most(Sum(sink));
        } while (!_done.Wait(Pause));
    }

    private static Memory Sum(IEnumerable<int> roots)
    {
        var sum = new Memory(0, 0);
        var waiting = new Stack<int>(roots);
        while (waiting.TryPop(out var id))
        {
            try
            {
                var peak = Command.Resident(id, "VmHWM");
                sum = new(sum.Peak + peak, sum.Anonymous + Command.Resident(id, "RssAnon"));
                Array.ForEach(Children(id), waiting.Push);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // It ended while it was looked at; what it had was seen 25 ms before.
            }
        }

        return sum;
    }

    // Syncthing does its work in a child that lives on; ended ones count with their parent.
    private static double CpuOf(int id) => Command.CpuSeconds(id) + Children(id).Sum(CpuOf);

    private static int[] Children(int id) =>
        [
            .. Directory
                .GetDirectories($"/proc/{id}/task")
                .SelectMany(task => File.ReadAllText($"{task}/children").Split(' '))
                .Where(text => text.Length > 0)
                .Select(text => int.Parse(text, CultureInfo.InvariantCulture)),
        ];

    // proc(5), clear_refs: the peak starts anew.
    private static void ForgetPeak(int id) => File.WriteAllText($"/proc/{id}/clear_refs", "5");
}
