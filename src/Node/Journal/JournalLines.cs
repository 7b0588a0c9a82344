using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Journal;

/// <summary>
/// One line an event: <c>&lt;6&gt;category: text</c>, the level as journald reads it from stderr
/// (sd-daemon(3)). Line ends and control characters within are escaped: one event, one line.
/// </summary>
public sealed class JournalLines(TextWriter output, LogLevel least) : ILoggerProvider
{
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Lines(this, Last(categoryName));

    public void Dispose() { }

    private static string Last(string category) => category[(category.LastIndexOf('.') + 1)..];

    private static int Priority(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };

    private void Write(LogLevel level, string category, string text)
    {
        var line = $"<{Priority(level)}>{category}: {Printable.Escape(text)}";
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private sealed class Lines(JournalLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel >= owner.Least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                var text = formatter(state, exception);
                owner.Write(
                    logLevel,
                    category,
                    exception is null ? text : $"{text}: {exception.GetType().Name}: {exception}"
                );
            }
        }
    }

    private LogLevel Least => least;
}
