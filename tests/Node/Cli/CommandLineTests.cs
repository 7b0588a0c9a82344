using System.Text.RegularExpressions;
using FriendNet.Node.Cli;
using FriendNet.Node.Demo;
using FriendNet.Node.Failures;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

public sealed class CommandLineTests : IDisposable
{
    private const StringComparison Ordinal = StringComparison.Ordinal;
    private readonly TempHome _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("share ad", "Did you mean \"add\"?")]
    [InlineData("statsu", "Did you mean \"status\"?")]
    [InlineData("status --jsno", "Did you mean \"--json\"?")]
    [InlineData("friend", "friendnet friend: say which of add, list")]
    [InlineData("get", "friendnet get: ")]
    [InlineData("transfer show x", "friendnet transfer show: ")]
    [InlineData("completion tcsh", "friendnet completion: ")]
    [InlineData("invite create --expires 5", "no length of time")]
    public async Task WrongWordsAreUsage(string words, string sentence)
    {
        var (code, output, error) = await Run(words.Split(' '));

        Assert.Equal((int)FailureKind.Usage, code);
        Assert.Empty(output);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("get 1 -o ", "-o")]
    [InlineData("share add ", "PATH")]
    [InlineData("torrent export x -o ", "-o")]
    [InlineData("demo --folder ", "--folder")]
    [InlineData("init --name Alice --passphrase-file ", "--passphrase-file")]
    public async Task AnEmptyPathIsUsage(string words, string where)
    {
        var (code, output, error) = await Run(words.Split(' '));

        Assert.Equal($"friendnet: {where} is empty: write a path.\n", error);
        Assert.Equal((int)FailureKind.Usage, code);
        Assert.Empty(output);
        Assert.False(File.Exists(_temp.Home.KeyFile));
    }

    [Fact]
    public async Task ABugIsOneSentenceToo()
    {
        await using var error = new StringWriter();
        await using var broken = new BrokenWriter();
        var code = await new CommandLine().Run(
            ["init", "--name", "Alice", "--home", _temp.Home.Folder],
            broken,
            error,
            TestContext.Current.CancellationToken
        );

        Assert.Equal((int)FailureKind.Internal, code);
        Assert.StartsWith("friendnet: This is a bug (", error.ToString(), Ordinal);
        Assert.Single(error.ToString().TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task WhatEndsMidwayInitCanMakeGood()
    {
        _temp.Home.Create();
        await File.WriteAllTextAsync(
            _temp.Home.ConfigFile,
            """{ "padding": "no" }""",
            TestContext.Current.CancellationToken
        );
        string[] init = ["init", "--name", "Alice"];
        Assert.Equal((int)FailureKind.Setup, (await Run(init)).Code);
        File.Delete(_temp.Home.ConfigFile);
        string[] locked = [.. init, "--passphrase-file", "/nowhere"];
        Assert.Equal((int)FailureKind.Setup, (await Run(locked)).Code);

        Assert.Equal(0, (await Run(init)).Code);
        Assert.Contains(
            "\"name\": \"Alice\"",
            await File.ReadAllTextAsync(
                _temp.Home.ConfigFile,
                TestContext.Current.CancellationToken
            ),
            Ordinal
        );
    }

    [Theory]
    [InlineData("status")]
    [InlineData("friend list")]
    [InlineData("search x")]
    [InlineData("get 1")]
    [InlineData("browse")]
    [InlineData("browse Alice")]
    [InlineData("share view-as Alice")]
    [InlineData("friend add friendnet:x")]
    [InlineData("invite create --expires 1h")]
    public async Task NoDaemonIsSaidWithWhatToDo(string words)
    {
        var (code, _, error) = await Run(words.Split(' '));

        Assert.Equal((int)FailureKind.NotRunning, code);
        Assert.Equal(
            $"friendnet: No daemon runs on {_temp.Home.Folder}: "
                + "start it with `friendnet daemon`.\n",
            error
        );
    }

    [Fact]
    public async Task HostileWordsAreEscapedInErrors()
    {
        var (_, _, error) = await Run(["\u001b]0;x\u0007\u202e"]);
        Assert.Contains(@"\u{1B}]0;x\u{7}\u{202E}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HelpMayFollowFlags()
    {
        var (_, plain, _) = await Run(["help", "friend"]);
        var (code, output, _) = await Run(["--json", "--home", "/x", "help", "friend"]);
        Assert.Equal((0, plain), (code, output));
    }

    [Fact]
    public async Task HelpShowsExamplesFirst()
    {
        var (code, output, _) = await Run(["help", "friend", "add"]);

        Assert.Equal(0, code);
        Assert.Equal(
            """
            Become friends with who sent you an invitation; it works once.

            Examples:
              friendnet friend add -
              friendnet friend add - --name Alice < link.txt

            Usage:
              friendnet friend add LINK [OPTIONS]

            Arguments:
              LINK                     The invitation; better - which asks for it, or reads stdin

            Options:
              --name NAME              What to call the friend (else as it calls itself)
              --home DIR               Folder with all state (else FRIENDNET_HOME, else XDG's)
              --json                   Answer as JSON, the same in all versions

            """,
            output
        );
    }

    [Fact]
    public async Task InitMakesAnIdentityOnce()
    {
        var (code, output, _) = await Run(["init", "--name", "Alice", "--json"]);
        Assert.Equal(0, code);
        Assert.Matches("^\\{\"name\":\"Alice\",\"id\":\"[0-9a-f]{32}\",\"home\":", output);

        var (again, _, error) = await Run(["init", "--name", "Bob"]);
        Assert.Equal((int)FailureKind.Exists, again);
        Assert.Contains("nothing was changed", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompletionKnowsTheVerbs()
    {
        var (_, output, _) = await Run(["[suggest:19]", "friendnet transfer "], home: false);
        Assert.Equal(
            ["cancel", "clear", "files", "list", "pause", "play", "resume", "show", "watch"],
            output.Split('\n').Where(word => Regex.IsMatch(word, "^[a-z]+$"))
        );
    }

    [Fact]
    public async Task EveryVerbHasHelpWithExamplesAndStandsInTheManual()
    {
        var manual = await File.ReadAllTextAsync(
            Path.Combine(SourceTree.Root, "docs", "cli.md"),
            TestContext.Current.CancellationToken
        );
        foreach (var verb in new CommandLine(DemoVerb.Build).Verbs().Where(verb => !verb.Hidden))
        {
            var (code, output, _) = await Run(["help", .. verb.Path.Split(' ')]);
            Assert.Equal(0, code);
            Assert.Contains($"\n  friendnet {verb.Path}", output, StringComparison.Ordinal);
            Assert.Contains($"| `{verb.Path}` |", manual, StringComparison.Ordinal);
        }
    }

    private async Task<(int Code, string Output, string Error)> Run(
        IReadOnlyList<string> words,
        bool home = true
    )
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new CommandLine(DemoVerb.Build).Run(
            home ? [.. words, "--home", _temp.Home.Folder] : words,
            output,
            error,
            TestContext.Current.CancellationToken
        );
        return (code, output.ToString(), error.ToString());
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new NotSupportedException("Broken.");
    }
}
