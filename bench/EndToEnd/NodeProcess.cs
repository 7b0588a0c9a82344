using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>A real daemon of the published program, on loopback, and its command line.</summary>
internal sealed class NodeProcess : IDisposable
{
    private const StringComparison Ordinal = StringComparison.Ordinal;
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

    internal int Id => _daemon.Id;

    internal double CpuSeconds => Command.CpuSeconds(_daemon.Id);

    internal long Peak => Command.Resident(_daemon.Id, "VmHWM");

    internal long Resident => Command.Resident(_daemon.Id, "VmRSS");

    internal string Run(params string[] arguments) =>
        Command.Run(_program, ["--home", _home, .. arguments]);

    internal void Befriend(NodeProcess newcomer)
    {
        using var invitation = JsonDocument.Parse(Call("POST", "/invites", "{}"));
        var link = invitation.RootElement.GetProperty("link").GetString();
        newcomer.Call("POST", "/friends", JsonSerializer.Serialize(new { link }));
    }

    /// <summary>Bytes its heap gave out since it started.</summary>
    internal long Allocated
    {
        get
        {
            const string Metric = "\ndotnet_gc_heap_total_allocated_bytes_total ";
            using var socket = new Socket(
                AddressFamily.Unix,
                SocketType.Stream,
                ProtocolType.Unspecified
            );
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(_home, "api.sock")));
            using var stream = new NetworkStream(socket);
            stream.Write("GET /metrics HTTP/1.0\r\n\r\n"u8);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            var value = text[(text.IndexOf(Metric, StringComparison.Ordinal) + Metric.Length)..];
            return long.Parse(value.Split('\n')[0], CultureInfo.InvariantCulture);
        }
    }

    internal (double Wall, double Cpu) Get(Ends ends, string id, string destination) =>
        Command.Time(ends, _program, "--home", _home, "get", id, "-o", destination, "--json");

    /// <summary>Milliseconds to that friend and back, as the daemon measures them.</summary>
    internal double Ping(string friend)
    {
        using var pong = JsonDocument.Parse(Call("POST", $"/peers/{friend}/ping", ""));
        return pong.RootElement.GetProperty("milliseconds").GetDouble();
    }

    /// <summary>Bytes that the first link has carried.</summary>
    internal (long In, long Out) Traffic
    {
        get
        {
            using var peers = JsonDocument.Parse(Call("GET", "/peers", ""));
            var peer = peers.RootElement[0];
            return (
                peer.GetProperty("bytesIn").GetInt64(),
                peer.GetProperty("bytesOut").GetInt64()
            );
        }
    }

    /// <summary>Seconds that a get takes, from outside.</summary>
    internal double Get(string id, string destination)
    {
        var started = Stopwatch.GetTimestamp();
        Run("get", id, "-o", destination, "--json");
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

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

    /// <summary>Calls the daemon's API; the body of an answer that is no failure.</summary>
    /// <param name="header">Lines, each with its CR LF.</param>
    internal byte[] Call(string method, string path, string body, string header = "")
    {
        const ProtocolType none = ProtocolType.Unspecified;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, none);
        socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(_home, "api.sock")));
        using var stream = new NetworkStream(socket);
        var head = $"{method} /api/v1{path} HTTP/1.0\r\n{header}Content-Length: {body.Length}";
        stream.Write(Encoding.ASCII.GetBytes($"{head}\r\n\r\n{body}"));
        using var answer = new MemoryStream();
        stream.CopyTo(answer);
        var bytes = answer.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var first = Encoding.ASCII.GetString(bytes, 0, end).Split('\r')[0];
        return first.Split(' ')[1].StartsWith('2')
            ? bytes[(end + 4)..]
            : throw new InvalidOperationException($"{method} {path}: {first}");
    }

    /// <summary>Begins to fetch; the number of the transfer.</summary>
    internal long Begin(string id, string into)
    {
        var body = JsonSerializer.Serialize(new { what = id, into });
        using var made = JsonDocument.Parse(Call("POST", "/transfers", body));
        return made.RootElement.GetProperty("id").GetInt64();
    }

    /// <summary>Waits until that transfer is done, and fails where it ends otherwise.</summary>
    internal void AwaitDone(long transfer)
    {
        // The last event is the end.
        var events = Encoding.UTF8.GetString(Call("GET", $"/transfers/{transfer}/events", ""));
        var data = events.Split('\n').Last(line => line.StartsWith("data: {", Ordinal))[6..];
        using var last = JsonDocument.Parse(data);
        var state = last.RootElement.GetProperty("state").GetString();
        if (state != "done")
            throw new InvalidOperationException($"A transfer of {Name} ended as {state}.");
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
        string[] words = ["--home", _home, "daemon", "--listen", "127.0.0.1:0", .. flags];
        var daemon = Command.Start(_program, words);
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
