using System.Diagnostics;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>What `friendnet completion` prints, in the shells that it is for.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CompletionTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    // As readline calls it: words are cut at ':' as well.
    private const string Bash = """
        source <(friendnet completion bash)
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"${1//:/ : }"
        [[ $1 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _friendnet
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // A terminal of its own, in which somebody types and presses the tabulator.
    private const string Zsh = """
        zmodload zsh/zpty
        zpty typed zsh -f -i
        zpty -w typed 'PS1=; autoload -U compinit; compinit -u -D; print on-$((1 + 1))'
        zpty -r typed said '*on-2*'
        zpty -w typed 'source <(friendnet completion zsh); print on-$((2 + 1))'
        zpty -r typed said '*on-3*'
        zpty -w -n typed "$1"$'\t'
        zpty -r typed said "*$2*"
        print -r -- $said
        """;

    private const string Fish = """
        friendnet completion fish | source
        complete -C $argv[1]
        """;

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void VerbsFriendsAndAudiencesAreCompleted(string shell)
    {
        LiveNode.SkipUnlessPublished();
        Assert.SkipUnless(
            File.Exists($"/usr/bin/{shell}"),
            $"{shell} is not installed: ./dev test installs it."
        );
        using var scratch = new Scratch();
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "barnaby");
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);

        Completes("friendnet transfer p", "ause");
        Completes("friendnet friend show b", "arnaby");
        Completes("friendnet share add /tmp --audience friend:b", "arnaby");

        void Completes(string line, string rest) =>
            Assert.Contains(rest, Completed(shell, alice, line, rest), StringComparison.Ordinal);
    }

    /// <returns>What the shell showed or typed on.</returns>
    private static string Completed(string shell, LiveNode node, string line, string rest)
    {
        var script = shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        };
        string[] words = shell == "fish" ? ["-c", script, line] : ["-c", script, shell, line, rest];
        var start = new ProcessStartInfo(
            $"/usr/bin/{shell}",
            shell switch
            {
                "bash" => ["--norc", .. words],
                "zsh" => ["-f", .. words],
                _ => ["--no-config", .. words],
            }
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var program = Path.GetDirectoryName(LiveNode.Program);
        start.Environment["PATH"] = $"{program}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["FRIENDNET_HOME"] = node.Home;
        start.Environment["HOME"] = Path.GetDirectoryName(node.Home);
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Bound))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{shell} never completed: {line}");
        }

        Assert.True(process.ExitCode == 0, $"{shell}: {said.Result}{error.Result}");
        return said.Result;
    }
}
