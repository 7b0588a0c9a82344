using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Client;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>What a call of the program gave.</summary>
internal sealed record Called(int Code, string Output, string Error)
{
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>It failed with that code, and one line says why and what to do.</summary>
    internal void Refused(int code)
    {
        TestContext.Current.SendDiagnosticMessage($"{Code}: {Error.Trim()}");
        Assert.True(Code == code, $"{Code} instead of {code}: {Error}{Output}");
        var last = Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("friendnet: ", last, StringComparison.Ordinal);
        Assert.Contains(last[^1], ".?)");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
    }
}

/// <summary>
/// One home with the real, published program on it: the daemon and its command line.
/// </summary>
internal sealed class LiveNode : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);
    private readonly string _home;
    private Process? _daemon;
    private Task<string>? _log;

    internal LiveNode(string folder, string name)
    {
        _home = Path.Combine(folder, name);
        Ok("init", "--name", name);
    }

    internal static string Program { get; } =
        Path.Combine(SourceTree.Root, "artifacts", "run", "friendnet");

    internal string Home => _home;

    /// <summary>Settings of the runtime for what is started from here on.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    internal int ProcessId => _daemon!.Id;

    internal string Listen { get; set; } = "127.0.0.1:0";

    /// <summary>Whether the program was published; else a test says why it cannot run.</summary>
    internal static void SkipUnlessPublished() =>
        Assert.SkipUnless(File.Exists(Program), "The program is not published: use ./dev test.");

    /// <summary>
    /// Starts the daemon and waits for its line; the address stays over restarts.
    /// </summary>
    internal void Start()
    {
        _daemon = Launch("daemon", "--listen", Listen);
        var line = _daemon.StandardOutput.ReadLineAsync().WaitAsync(Bound).Result;
        Assert.True(
            line?.StartsWith("ready ", StringComparison.Ordinal),
            line is null ? Log() : line
        );
        Listen = line![6..].Trim();
        _log = _daemon.StandardError.ReadToEndAsync();
    }

    /// <summary>
    /// Starts it under a program that may kill it at any moment; false: it did so at once.
    /// </summary>
    internal async Task<bool> StartUnder(params string[] wrapper)
    {
        _daemon = Launch([.. wrapper, Program], ["daemon", "--listen", Listen]);
        var line = await _daemon.StandardOutput.ReadLineAsync().WaitAsync(Bound);
        _log = _daemon.StandardError.ReadToEndAsync();
        return line is not null;
    }

    internal bool HasEnded => _daemon!.HasExited;

    /// <summary>Once it has ended by itself, or was killed by somebody else.</summary>
    internal Task Ended() => _daemon!.WaitForExitAsync().WaitAsync(Bound);

    /// <summary>Once it has ended, or after so long.</summary>
    internal Task EndedWithin(TimeSpan time) =>
        Task.WhenAny(
            Ended(),
            Task.Delay(time, TimeProvider.System, TestContext.Current.CancellationToken)
        );

    internal void Kill()
    {
        _daemon!.Kill();
        Assert.True(_daemon.WaitForExit(Bound));
        _daemon.Dispose();
        _daemon = null;
    }

    /// <summary>Ends it as a terminal or an init system would (SIGTERM); its exit code.</summary>
    internal int Stop()
    {
        Signal("TERM");
        Assert.True(_daemon!.WaitForExit(Bound));
        var code = _daemon.ExitCode;
        _daemon.Dispose();
        _daemon = null;
        return code;
    }

    internal void Signal(string name)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{name}", $"{_daemon!.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    internal Called Call(params string[] arguments) => CallUnder([], arguments);

    internal Called CallUnder(string[] wrapper, params string[] arguments)
    {
        using var process = Launch([.. wrapper, Program], arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Bound), $"{string.Join(' ', arguments)} took too long.");
        return new Called(process.ExitCode, output.Result, error.Result);
    }

    internal Called Ok(params string[] arguments)
    {
        var called = Call(arguments);
        Assert.True(
            called.Code == 0,
            $"{string.Join(' ', arguments)} gave {called.Code}: {called.Error}{called.Output}"
        );
        return called;
    }

    /// <summary>What the daemon's API answers, without a process for it.</summary>
    internal Task<T> Ask<T>(string path, JsonTypeInfo<T> type) =>
        new ApiClient(FriendNet.Node.Configuration.Home.At(_home, _ => null)).Get(
            path,
            type,
            TestContext.Current.CancellationToken
        );

    /// <summary>Asks again until the answer is as wanted; a minute at most.</summary>
    internal async Task<T> Until<T>(string path, JsonTypeInfo<T> type, Func<T, bool> wanted)
    {
        using var timer = new PeriodicTimer(LookAgain);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var now = await Ask(path, type);
            if (wanted(now))
            {
                return now;
            }

            Assert.True(
                Stopwatch.GetElapsedTime(started) < Bound,
                $"{path} never became as wanted: {JsonSerializer.Serialize(now, type)}"
            );
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Makes the two friends: one invites, the other redeems.</summary>
    internal static void Befriend(LiveNode inviter, LiveNode newcomer)
    {
        var link = inviter.Ok("invite", "create", "--json").Json.GetProperty("link").GetString();
        newcomer.Ok("friend", "add", link!);
    }

    /// <summary>Once what a search gives is as wanted.</summary>
    internal Task<IReadOnlyList<Hit>> Search(string words, Func<IReadOnlyList<Hit>, bool> wanted) =>
        Until(
            $"/search?q={Uri.EscapeDataString(words)}&limit=500",
            ContractJson.Default.IReadOnlyListHit,
            wanted
        );

    /// <summary>The id of the entry with this name, once the catalog has arrived.</summary>
    internal async Task<string> Find(string name)
    {
        var hits = await Search(name, hits => hits.Any(hit => hit.Name == name));
        return hits.First(hit => hit.Name == name).Id;
    }

    /// <summary>Until all that is shared is hashed.</summary>
    internal Task AwaitIndex() =>
        Until("/status", ContractJson.Default.Status, status => !status.Indexing);

    public void Dispose()
    {
        if (_daemon is not null)
        {
            Kill();
        }
    }

    private string Log() => _log?.Result ?? _daemon!.StandardError.ReadToEnd();

    internal Process Launch(params string[] arguments) => Launch([Program], arguments);

    private Process Launch(string[] program, string[] arguments)
    {
        string[] all = [.. program[1..], "--home", _home, .. arguments];
        var start = new ProcessStartInfo(program[0], all)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Else each kill -9 leaves the runtime's debugging pipes behind in /tmp.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return System.Diagnostics.Process.Start(start)!;
    }
}
