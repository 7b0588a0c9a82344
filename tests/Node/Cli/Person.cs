using System.Net;
using System.Text.Json;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Api;
using FriendNet.Node.Cli;
using FriendNet.Node.Configuration;
using FriendNet.Node.Demo;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;
using FriendNet.Node.Running;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>What a command gave.</summary>
internal sealed record Said(int Code, string Output, string Error)
{
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>A node that runs in this process, on loopback, and its command line.</summary>
internal sealed class Person : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TempHome _temp = new();
    private readonly IdentityKeys _keys;
    private readonly JournalLines _journal;
    private ApiHost? _api;

    private Person(string name, LogLevel least, StringWriter log)
    {
        Log = log;
        _temp.Home.Create();
        _keys = IdentityFile.Create(_temp.Home, null, new SystemEntropy());
        _journal = new JournalLines(Log, least);
        var settings = new Settings(
            [new IPEndPoint(IPAddress.Loopback, 0)],
            [],
            Folder("downloads"),
            name,
            false,
            LogLevel.Warning,
            null
        );
        var card = Card.Create(_keys, name, 1);
        Node = RunningNode.Start(_temp.Home, settings, _keys, card, _journal.CreateLogger("Node"));
        Settings = settings;
    }

    internal RunningNode Node { get; }

    internal Settings Settings { get; }

    internal Home Home => _temp.Home;

    internal StringWriter Log { get; }

    internal static async Task<Person> Start(
        string name,
        LogLevel least = LogLevel.Warning,
        StringWriter? log = null
    )
    {
        var person = new Person(name, least, log ?? new());
        person._api = await ApiHost.Start(
            person.Home,
            NodeEndpoints.Of(person.Node, person.Settings, person._keys),
            person._journal,
            CancellationToken.None
        );
        return person;
    }

    internal string Folder(string name) =>
        Directory.CreateDirectory(Path.Combine(_temp.Folder, name)).FullName;

    internal string File(string name, string text = "text")
    {
        var path = Path.Combine(_temp.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    internal async Task<Said> Say(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new CommandLine(DemoVerb.Build).Run(
            [.. words, "--home", Home.Folder],
            output,
            error,
            TestContext.Current.CancellationToken
        );
        return new Said(code, output.ToString(), error.ToString());
    }

    internal async Task<Said> Ok(params string[] words)
    {
        var said = await Say(words);
        Assert.True(said.Code == 0, $"{string.Join(' ', words)}: {said.Error}{Log}");
        return said;
    }

    /// <summary>Refused with that exit code, and one sentence says why; which.</summary>
    internal async Task<string> Fails(FailureKind kind, params string[] words)
    {
        var said = await Say(words);
        Assert.True(said.Code == (int)kind, $"{string.Join(' ', words)}: {said}");
        Assert.StartsWith("friendnet", said.Error, StringComparison.Ordinal);
        var sentence = Assert.Single(said.Error.TrimEnd('\n').Split('\n'));
        Assert.Contains(sentence[^1], ".?");
        Assert.Empty(said.Output);
        return sentence;
    }

    /// <summary>Asks again until the answer is as wanted; bounded.</summary>
    internal async Task<JsonElement> Until(Func<JsonElement, bool> wanted, params string[] words)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var json = (await Ok([.. words, "--json"])).Json;
            if (wanted(json))
            {
                return json;
            }

            await timer.WaitForNextTickAsync(bound.Token);
        }
    }

    internal async Task Befriend(Person newcomer)
    {
        var link = (await Ok("invite", "create", "--json")).Json.GetProperty("link").GetString()!;
        await newcomer.Ok("friend", "add", link);
    }

    public async ValueTask DisposeAsync()
    {
        await _api!.DisposeAsync();
        Node.Dispose();
        _keys.Dispose();
        _journal.Dispose();
        _temp.Dispose();
    }
}
