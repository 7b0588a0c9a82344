using System.Net;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Configuration;

public sealed class SettingsTests : IDisposable
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFlags = [];
    private readonly TempHome _temp = new();

    public SettingsTests() => _temp.Home.Create();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void NothingSaidIsDefaults()
    {
        var settings = Settings.Load(_temp.Home, NoFlags, name => name == "HOME" ? "/u" : null);

        Assert.Equal(0, Assert.Single(settings.Listen).Port);
        Assert.Equal("/u/Downloads/FriendNet", settings.Downloads);
        Assert.Null(settings.Name);
        Assert.False(settings.Padding);
        Assert.Equal(LogLevel.Information, settings.Log);
    }

    [Fact]
    public void FlagsWinOverEnvironmentOverFile()
    {
        Config("""{ "listen": "127.0.0.1:1", "name": "File", "downloads": "/file" }""");
        var flags = new Dictionary<string, IReadOnlyList<string>> { ["listen"] = ["[::1]:3"] };
        var settings = Settings.Load(
            _temp.Home,
            flags,
            name =>
                name switch
                {
                    "FRIENDNET_LISTEN" => "127.0.0.1:2",
                    "FRIENDNET_NAME" => "Variable",
                    _ => null,
                }
        );

        Assert.Equal(IPEndPoint.Parse("[::1]:3"), Assert.Single(settings.Listen));
        Assert.Equal("Variable", settings.Name);
        Assert.Equal("/file", settings.Downloads);
    }

    [Theory]
    [InlineData("""{ "lisen": "1.2.3.4:5" }""", "unknown key \"lisen\". Did you mean \"listen\"?")]
    [InlineData("""{ "zzzzzzzz": 1 }""", "unknown key \"zzzzzzzz\".")]
    [InlineData("""{ "padding": "yes" }""", "must give padding as true or false.")]
    [InlineData("""{ "name": 5 }""", "must give name as a string.")]
    [InlineData("""{ "listen": [] }""", "must give listen as a string or a list of strings.")]
    [InlineData("""{ "name": "a", "name": "b" }""", "is not JSON")]
    [InlineData("""{ "name": """, "is not JSON")]
    [InlineData("[]", "must hold one object")]
    [InlineData("""{ "listen": "here" }""", "says \"here\" for listen: write HOST:PORT")]
    [InlineData("""{ "listen": "1.2.3.4:70000" }""", "write HOST:PORT")]
    [InlineData("""{ "relayRate": "fast" }""", "say how much a second, as in 500kB")]
    [InlineData("""{ "horizon": "5" }""", "say a number of links from 1 to 4")]
    [InlineData("""{ "horizon": "0" }""", "say a number of links from 1 to 4")]
    [InlineData("""{ "log": "warnin" }""", "Did you mean \"warning\"?")]
    [InlineData("""{ "name": "a\u202eb" }""", "\"a\\u{202E}b\"")]
    public void WrongFilesSayWhatIsWrong(string json, string sentence)
    {
        Config(json);
        var failure = Assert.Throws<FailureException>(() =>
            Settings.Load(_temp.Home, NoFlags, _ => null)
        );

        Assert.Equal(FailureKind.Setup, failure.Kind);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(_temp.Home.ConfigFile, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WritingKeepsWhatWasSaid()
    {
        Config("""{ "listen": "1.2.3.4:5", "padding": true }""");
        SettingsFile.Write(_temp.Home.ConfigFile, "Alice", "[::]:9");
        var settings = Settings.Load(_temp.Home, NoFlags, _ => null);

        Assert.Equal("Alice", settings.Name);
        Assert.True(settings.Padding);
        Assert.Equal(5, Assert.Single(settings.Listen).Port);
    }

    private void Config(string json) => File.WriteAllText(_temp.Home.ConfigFile, json);
}
