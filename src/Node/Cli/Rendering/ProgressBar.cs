using System.Diagnostics;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Cli.Rendering;

/// <summary>
/// One line that moves: bar, done of total, rate, time left. On stderr, so that the answer on
/// stdout stays clean; nothing at all where stderr is no terminal.
/// </summary>
public sealed class ProgressBar(Screen screen, string label) : IDisposable
{
    private const int Cells = 24;
    private const int WidthMin = 20;
    private const int WidthUsual = 79;
    private const double SecondsBetween = 0.1;
    private readonly string _label = Printable.Escape(label);
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _shownAt = double.NegativeInfinity;
    private long _first = -1;
    private bool _dirty;

    /// <param name="note">What else to say, such as why it waits.</param>
    public void Show(long done, long total, string? note = null)
    {
        var now = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        _first = _first < 0 ? done : _first;
        if (!screen.ErrorIsTerminal || (now - _shownAt < SecondsBetween && done < total))
        {
            return;
        }

        _shownAt = now;
        var line = Line(done, total, now > 0 ? (done - _first) / now : 0, note);
        // A terminal that does not know its width says 0.
        var width = Console.WindowWidth > WidthMin ? Console.WindowWidth - 1 : WidthUsual;
        screen.Error.Write($"\r{(line.Length > width ? line[..width] : line)}\e[K");
        _dirty = true;
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_dirty)
        {
            screen.Error.Write("\r\e[K");
        }
    }

    /// <summary>As shown, without moving anything.</summary>
    /// <param name="rate">Bytes a second since the start.</param>
    public string Line(long done, long total, double rate, string? note)
    {
        var share = total <= 0 ? 0 : Math.Clamp((double)done / total, 0, 1);
        var full = (int)(share * Cells);
        var bar = new string('#', full) + new string('-', Cells - full);
        var left = rate > 0 ? $", {Amount.Time((total - done) / rate)} left" : "";
        var tail = note is null ? $"{Amount.Rate(rate)}{left}" : Printable.Escape(note);
        return $"{_label} [{bar}] {share:0%} {Amount.Bytes(done)} of {Amount.Bytes(total)}, {tail}";
    }
}
