using System.Diagnostics;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Demo;

/// <summary>One person of the demo: a home, and a daemon process of this same program.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(10);
    private readonly Process _daemon;
    private readonly Queue<string> _log = new();
    private bool _isOver;

    private DemoNode(string name, Home home, Process daemon)
    {
        Name = name;
        Api = new ApiClient(home);
        _daemon = daemon;
        _daemon.ErrorDataReceived += (_, line) => Keep(line.Data);
        _daemon.BeginErrorReadLine();
    }

    public string Name { get; }

    public ApiClient Api { get; }

    /// <summary>host:port, as the daemon said when it was ready.</summary>
    public string Listen { get; private set; } = "";

    /// <summary>Makes the identity, starts the daemon, and waits until it serves.</summary>
    /// <param name="flags">More, for its daemon.</param>
    public static async Task<DemoNode> Start(
        string name,
        string parent,
        IEnumerable<string> flags,
        CancellationToken cancel
    )
    {
        var home = Home.At(Path.Combine(parent, name), _ => null);
        using (var init = Launch("init", "--name", name, "--home", home.Folder))
        {
            await Bounded(init.WaitForExitAsync, cancel);
            if (init.ExitCode != 0)
            {
                var why = await init.StandardError.ReadToEndAsync(cancel);
                throw new FailureException((FailureKind)init.ExitCode, why.Trim());
            }
        }

        var daemon = Launch([
            "daemon",
            "--home",
            home.Folder,
            "--listen",
            "127.0.0.1:0",
            "--log",
            "warning",
            // So that none is left when the demo itself is killed.
            "--until-stdin-ends",
            .. flags,
        ]);
        var node = new DemoNode(name, home, daemon);
        try
        {
            await Bounded(node.WaitUntilReady, cancel);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the daemon logged last, for a failure.</summary>
    public IReadOnlyList<string> Log()
    {
        lock (_log)
        {
            return [.. _log];
        }
    }

    /// <summary>As by a power cut: SIGKILL.</summary>
    public async Task Kill(CancellationToken cancel)
    {
        _daemon.Kill();
        await _daemon.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        if (!_daemon.HasExited && Signals.AskToEnd(_daemon.Id))
        {
            using var bound = new CancellationTokenSource(EndMax);
            try
            {
                await _daemon.WaitForExitAsync(bound.Token);
            }
            catch (OperationCanceledException)
            {
                _daemon.Kill();
            }
        }

        _daemon.Dispose();
    }

    private static Process Launch(params IEnumerable<string> words)
    {
        var self =
            Environment.ProcessPath ?? throw new InvalidOperationException("No own program.");
        // Run by `dotnet friendnet.dll` the program is the first word.
        var own = Path.GetFileName(self) == "dotnet" ? [typeof(DemoNode).Assembly.Location] : words;
        var start = new ProcessStartInfo(
            self,
            ReferenceEquals(own, words) ? words : own.Concat(words)
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static async Task Bounded(Func<CancellationToken, Task> wait, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(StartMax);
        try
        {
            await wait(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FailureException(
                FailureKind.Internal,
                $"A daemon of the demo was not ready within {StartMax.TotalSeconds:0} s."
            );
        }
    }

    private async Task WaitUntilReady(CancellationToken cancel)
    {
        var line = await _daemon.StandardOutput.ReadLineAsync(cancel);
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            await _daemon.WaitForExitAsync(cancel);
            throw new FailureException(
                FailureKind.Internal,
                $"The daemon of {Name} did not start: {string.Join(' ', Log())}"
            );
        }

        Listen = line["ready ".Length..];
    }

    private void Keep(string? line)
    {
        const int linesMax = 20;
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > linesMax)
            {
                _log.Dequeue();
            }
        }
    }
}
