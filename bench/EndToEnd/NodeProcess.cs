using System.Diagnostics;
using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>A real daemon of the published program, on loopback, and its command line.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly string _program;
    private readonly string _home;
    private readonly Process _daemon;

    internal NodeProcess(string program, string homes, string name)
    {
        (_program, _home, Name) = (program, Path.Combine(homes, name), name);
        Run("init", "--name", name);
        _daemon = Start();
    }

    internal string Name { get; }

    internal double CpuSeconds => Command.CpuSeconds(_daemon.Id);

    internal long Peak => Command.Resident(_daemon.Id, "VmHWM");

    internal long Resident => Command.Resident(_daemon.Id, "VmRSS");

    internal string Run(params string[] arguments) =>
        Command.Run(_program, ["--home", _home, .. arguments]);

    internal void Befriend(NodeProcess newcomer)
    {
        var invitation = Json("invite", "create", "--json");
        newcomer.Run("friend", "add", invitation.GetProperty("link").GetString()!);
    }

    internal Cost Get(string id, string destination) =>
        Command.Time(_program, "--home", _home, "get", id, "-o", destination, "--json");

    /// <summary>
    /// The id of a name. The catalog needs a moment to arrive: asked again until it is there, for
    /// a minute at most.
    /// </summary>
    /// <param name="ways">In how many ways at least.</param>
    internal string Find(string name, int ways = 1)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 60)
        {
            var hits = Json("search", Path.GetFileName(name), "--json");
            foreach (var hit in hits.EnumerateArray())
            {
                if (
                    hit.GetProperty("name").GetString() == Path.GetFileName(name)
                    && hit.GetProperty("ways").GetInt32() >= ways
                )
                {
                    return hit.GetProperty("id").GetString()!;
                }
            }
        }

        throw new InvalidOperationException($"{name} did not appear in {Name}'s search.");
    }

    public void Dispose()
    {
        _daemon.Kill();
        _daemon.WaitForExit();
        _daemon.Dispose();
    }

    private Process Start()
    {
        var daemon = Command.Start(_program, "--home", _home, "daemon", "--listen", "127.0.0.1:0");
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

    private JsonElement Json(params string[] arguments) =>
        JsonDocument.Parse(Run(arguments)).RootElement;
}
