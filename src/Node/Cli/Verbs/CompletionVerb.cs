using System.CommandLine;

namespace FriendNet.Node.Cli.Verbs;

internal static class CompletionVerb
{
    // The program itself knows what may follow: [suggest:POSITION] is System.CommandLine's.
    private const string Bash = """
        _friendnet() {
            local IFS=$'\n'
            local known=$(friendnet "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            # bash takes friend:Al for three words.
            local word=${COMP_WORDS[COMP_CWORD]} before=
            if [[ $word == : ]]; then
                before=${COMP_WORDS[COMP_CWORD-1]}: word=
            elif [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[COMP_CWORD-1]} == : ]]; then
                before=${COMP_WORDS[COMP_CWORD-2]}:
            fi
            COMPREPLY=($(compgen -W "$known" -- "$before$word"))
            COMPREPLY=("${COMPREPLY[@]#"$before"}")
        }
        complete -o default -F _friendnet friendnet
        """;

    private const string Zsh = """
        #compdef friendnet
        _friendnet() {
            local -a words_known
            words_known=("${(@f)$(friendnet "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a words_known || _files
        }
        compdef _friendnet friendnet
        """;

    private const string Fish = """
        function __friendnet_known
            set -l line (commandline -cp)
            friendnet "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c friendnet -a '(__friendnet_known)'
        """;

    public static Verb Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Verb(
            "completion",
            "Print what makes your shell complete words.",
            "source <(friendnet completion bash)",
            "friendnet completion fish > ~/.config/fish/completions/friendnet.fish"
        )
        {
            shell,
        }.Does(call =>
        {
            var script = call.Value(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            };
            return call.Screen.Out.WriteLineAsync(script);
        });
    }
}
