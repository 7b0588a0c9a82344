using System.Diagnostics;
using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>Two real daemons of the published program, friends on loopback, one shares.</summary>
internal sealed class FriendNetPeer : IPeer, IDisposable
{
    private readonly string _program;
    private readonly string _aliceHome;
    private readonly string _bobHome;
    private readonly Process _alice;
    private readonly Process _bob;

    internal FriendNetPeer(string program, string home, string sources)
    {
        _program = program;
        _aliceHome = Path.Combine(home, "alice");
        _bobHome = Path.Combine(home, "bob");
        Run(_aliceHome, "init", "--name", "alice");
        Run(_bobHome, "init", "--name", "bob");
        _alice = StartDaemon(_aliceHome);
        _bob = StartDaemon(_bobHome);
        var invitation = Json(_aliceHome, "invite", "create", "--json");
        Run(_bobHome, "friend", "add", invitation.GetProperty("link").GetString()!);
        foreach (var share in Directory.GetFileSystemEntries(sources).Where(Directory.Exists))
        {
            Run(_aliceHome, "share", "add", share);
        }
    }

    public string Name => "FriendNet";

    internal (long Alice, long Bob) Peaks =>
        (Command.Resident(_alice.Id, "VmHWM"), Command.Resident(_bob.Id, "VmHWM"));

    internal (long Alice, long Bob) Resident =>
        (Command.Resident(_alice.Id, "VmRSS"), Command.Resident(_bob.Id, "VmRSS"));

    public Cost Fetch(string name, string destination)
    {
        var id = Find(name);
        var before = Command.CpuSeconds(_alice.Id) + Command.CpuSeconds(_bob.Id);
        var cost = Command.Time(
            _program,
            "--home",
            _bobHome,
            "get",
            id,
            "-o",
            destination,
            "--json"
        );
        var after = Command.CpuSeconds(_alice.Id) + Command.CpuSeconds(_bob.Id);
        return cost with
        {
            CpuSeconds = cost.CpuSeconds + after - before,
            PeakBytes = Math.Max(Peaks.Alice, Peaks.Bob),
        };
    }

    public void Dispose()
    {
        End(_alice);
        _alice.Dispose();
        End(_bob);
        _bob.Dispose();
    }

    private static void End(Process daemon)
    {
        daemon.Kill();
        daemon.WaitForExit();
    }

    // The catalog needs a moment to arrive: asked again until it is there, for a minute at most.
    private string Find(string name)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 60)
        {
            var hits = Json(_bobHome, "search", Path.GetFileName(name), "--json");
            foreach (var hit in hits.EnumerateArray())
            {
                if (hit.GetProperty("name").GetString() == Path.GetFileName(name))
                {
                    return hit.GetProperty("id").GetString()!;
                }
            }
        }

        throw new InvalidOperationException($"{name} did not appear in bob's search.");
    }

    private Process StartDaemon(string home)
    {
        var daemon = Command.Start(_program, "--home", home, "daemon", "--listen", "127.0.0.1:0");
        var line = daemon.StandardOutput.ReadLine();
        if (line?.StartsWith("ready", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException(
                $"The daemon did not start: {line} {daemon.StandardError.ReadToEnd()}"
            );
        }

        // Its log must be read, or a full pipe would stop it.
        _ = daemon.StandardError.ReadToEndAsync();
        return daemon;
    }

    private string Run(string home, params string[] arguments) =>
        Command.Run(_program, ["--home", home, .. arguments]);

    private JsonElement Json(string home, params string[] arguments) =>
        JsonDocument.Parse(Run(home, arguments)).RootElement;
}
