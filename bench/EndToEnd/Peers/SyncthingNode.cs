using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// One Syncthing with a generated config and everything off that speaks to others; driven by its
/// REST interface (docs.syncthing.net/dev/rest.html).
/// </summary>
internal sealed class SyncthingNode : IDisposable
{
    /// <summary>What it makes in a folder that it is given empty.</summary>
    internal const string Mark = ".stfolder";
    private const string Key = "bench";
    private readonly string _home;
    private readonly int _restPort = Loopback.FreePort();
    private readonly int _port = Loopback.FreePort();
    private readonly HttpClient _rest;
    private Process? _process;
    private int _seen;

    internal SyncthingNode(string home)
    {
        _home = home;
        Command.Run(
            "syncthing",
            "generate",
            $"--home={home}",
            "--no-default-folder",
            "--skip-port-probing"
        );
        _rest = new(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new($"http://127.0.0.1:{_restPort}/rest/"),
            Timeout = TimeSpan.FromMinutes(2),
        };
        _rest.DefaultRequestHeaders.Add("X-API-Key", Key);
        DeviceId = Config.Root!.Element("device")!.Attribute("id")!.Value;
    }

    internal string DeviceId { get; }

    internal int Id => _process!.Id;

    private string ConfigPath => Path.Combine(_home, "config.xml");

    private XDocument Config => XDocument.Load(ConfigPath);

    /// <summary>Writes the config, the other among its devices, and starts it.</summary>
    internal void Start(SyncthingNode other)
    {
        var config = Config;
        var root = config.Root!;
        root.Add(
            new XElement(
                "device",
                new XAttribute("id", other.DeviceId),
                new XElement("address", $"tcp://127.0.0.1:{other._port}")
            )
        );
        root.Element("gui")!.SetElementValue("address", $"127.0.0.1:{_restPort}");
        root.Element("gui")!.SetElementValue("apikey", Key);
        foreach (var (name, value) in Options())
            root.Element("options")!.SetElementValue(name, value);
        config.Save(ConfigPath);
        _process = Command.Start(
            "env",
            "STNOUPGRADE=1",
            "syncthing",
            "serve",
            $"--home={_home}",
            "--no-browser",
            "--no-restart",
            "--no-default-folder"
        );
        _ = _process.StandardOutput.ReadToEndAsync();
        _ = _process.StandardError.ReadToEndAsync();
        Loopback.WaitUntilOpen(_restPort);
    }

    internal bool IsConnectedTo(SyncthingNode other) =>
        Get("system/connections")
            .GetProperty("connections")
            .GetProperty(other.DeviceId)
            .GetProperty("connected")
            .GetBoolean();

    internal void Share(string folder, string path, string type, SyncthingNode other)
    {
        var body = new
        {
            id = folder,
            path,
            type,
            // What is there may serve as the mark of a folder that is there: nothing is added.
            markerName = Directory.Exists(path)
                ? Path.GetFileName(Directory.EnumerateFileSystemEntries(path).FirstOrDefault(Mark))
                : Mark,
            fsWatcherEnabled = false,
            rescanIntervalS = 0,
            devices = new[] { new { deviceID = DeviceId }, new { deviceID = other.DeviceId } },
        };
        using var answer = _rest.PostAsJsonAsync("config/folders", body).Result;
        answer.EnsureSuccessStatusCode();
    }

    internal void Forget(string folder)
    {
        using var answer = _rest
            .DeleteAsync(new Uri($"config/folders/{folder}", UriKind.Relative))
            .Result;
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Files it knows of, files it lacks, whether it rests.</summary>
    internal (long Known, long Lacking, bool IsIdle) Folder(string folder)
    {
        var status = Get($"db/status?folder={folder}");
        return (
            status.GetProperty("globalFiles").GetInt64(),
            status.GetProperty("needTotalItems").GetInt64(),
            status.GetProperty("state").GetString() == "idle"
        );
    }

    /// <summary>The last event, so that those after it can be waited for.</summary>
    internal int LastEvent()
    {
        var events = Get("events?limit=1&timeout=1&events=StateChanged");
        return events.EnumerateArray().Select(e => e.GetProperty("id").GetInt32()).LastOrDefault();
    }

    /// <summary>Waits until anything happens that was not seen, a second at most.</summary>
    internal void AwaitEvent()
    {
        var culture = CultureInfo.InvariantCulture;
        var events = Get(string.Create(culture, $"events?since={_seen}&timeout=1"));
        foreach (var one in events.EnumerateArray())
            _seen = one.GetProperty("id").GetInt32();
    }

    /// <summary>Changes of state after that event: its number, the time, the new state.</summary>
    internal IEnumerable<(int Id, DateTimeOffset Time, string Folder, string State)> States(
        int after
    )
    {
        var events = Get(
            string.Create(
                CultureInfo.InvariantCulture,
                $"events?since={after}&timeout=1&events=StateChanged"
            )
        );
        foreach (var one in events.EnumerateArray())
        {
            var data = one.GetProperty("data");
            yield return (
                one.GetProperty("id").GetInt32(),
                one.GetProperty("time").GetDateTimeOffset(),
                data.GetProperty("folder").GetString()!,
                data.GetProperty("to").GetString()!
            );
        }
    }

    public void Dispose()
    {
        _rest.Dispose();
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private JsonElement Get(string path) =>
        _rest.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative)).Result;

    private Dictionary<string, string> Options() =>
        new()
        {
            ["listenAddress"] = $"tcp://127.0.0.1:{_port}",
            ["globalAnnounceEnabled"] = "false",
            ["localAnnounceEnabled"] = "false",
            ["relaysEnabled"] = "false",
            ["natEnabled"] = "false",
            ["startBrowser"] = "false",
            ["urAccepted"] = "-1",
            ["autoUpgradeIntervalH"] = "0",
            ["crashReportingEnabled"] = "false",
            ["reconnectionIntervalS"] = "5",
            // Low priority would put it behind the others' writing out.
            ["setLowPriority"] = "false",
        };
}
