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

    /// <summary>Milliseconds to that friend and back, as the daemon measures them.</summary>
    internal double Ping(string friend) =>
        Json("peer", "ping", friend, "--json").GetProperty("milliseconds").GetDouble();

    /// <summary>Bytes that the first link has carried.</summary>
    internal (long In, long Out) Traffic
    {
        get
        {
            var peer = Json("peer", "list", "--json")[0];
            return (
                peer.GetProperty("bytesIn").GetInt64(),
                peer.GetProperty("bytesOut").GetInt64()
            );
        }
    }

    /// <summary>The number of the transfer whose name ends so, begun last.</summary>
    internal string LastTransfer(string ending) =>
        Json("transfer", "list", "--json")
            .EnumerateArray()
            .Where(one =>
                one.GetProperty("name").GetString()!.EndsWith(ending, StringComparison.Ordinal)
            )
            .Max(one => one.GetProperty("id").GetInt64())
            .ToString(System.Globalization.CultureInfo.InvariantCulture);

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
