using System.Diagnostics;
using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>A real daemon of the published program, on loopback, and its command line.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly string _program;
    private readonly string _home;
    private readonly Process _daemon;

    /// <param name="flags">Of the daemon, after where it listens.</param>
    internal NodeProcess(string program, string homes, string name, params string[] flags)
    {
        (_program, _home, Name) = (program, Path.Combine(homes, name), name);
        Run("init", "--name", name);
        _daemon = Start(flags);
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
    internal string Find(string name)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 60)
        {
            var hits = Json("search", Path.GetFileName(name), "--json");
            foreach (var hit in hits.EnumerateArray())
            {
                if (hit.GetProperty("name").GetString() == Path.GetFileName(name))
                {
                    return hit.GetProperty("id").GetString()!;
                }
            }
        }

        throw new InvalidOperationException($"{name} did not appear in {Name}'s search.");
    }

    /// <summary>How many have the file of that name, as far as it is known here.</summary>
    internal int SourcesOf(string name) =>
        Json("search", name, "--json")
            .EnumerateArray()
            .Where(hit => hit.GetProperty("name").GetString() == name)
            .Sum(hit => hit.GetProperty("sources").GetArrayLength());

    public void Dispose()
    {
        _daemon.Kill();
        _daemon.WaitForExit();
        _daemon.Dispose();
    }

    private Process Start(string[] flags)
    {
        string[] arguments = ["--home", _home, "daemon", "--listen", "127.0.0.1:0", .. flags];
        var daemon = Command.Start(_program, arguments);
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
