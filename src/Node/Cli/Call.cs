using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Cli;

/// <summary>One run of a verb: what was asked, of whom, and where the answer goes.</summary>
internal sealed class Call(ParseResult result, CancellationToken cancel)
{
    private Home? _home;
    private ApiClient? _api;
    private Screen? _screen;

    public CancellationToken Cancel => cancel;

    /// <summary>The exit code when the body returns.</summary>
    public FailureKind Outcome { get; set; }

    public Home Home =>
        _home ??= Home.At(result.GetValue(Flags.Home), Environment.GetEnvironmentVariable);

    public ApiClient Api => _api ??= new ApiClient(Home);

    public bool Json => result.GetValue(Flags.Json);

    public Screen Screen => _screen ??= MakeScreen();

    public T? Value<T>(Option<T> option) => result.GetValue(option);

    public T Value<T>(Argument<T> argument) => result.GetValue(argument)!;

    /// <summary>The whole answer: as JSON when asked for, else for people.</summary>
    public void Answer<T>(T value, JsonTypeInfo<T> type, Action<T> people)
    {
        if (Json)
        {
            Screen.Out.WriteLine(JsonSerializer.Serialize(value, type));
        }
        else
        {
            people(value);
        }
    }

    /// <summary>A line for people; escaped, so names of peers may stand in it.</summary>
    public void Line(string text) => Screen.Out.WriteLine(Printable.Escape(text));

    /// <summary>The one sentence of a failure, on stderr.</summary>
    public void Complain(string sentence) =>
        Screen.Error.WriteLine($"friendnet: {Printable.Escape(sentence)}");

    /// <summary>What to do next: for a person who looks on, never in a pipe.</summary>
    public void Hint(string text)
    {
        if (Screen.OutIsTerminal)
        {
            Screen.Error.WriteLine(Printable.Escape(text));
        }
    }

    public void HintIf(bool condition, string text)
    {
        if (condition)
        {
            Hint(text);
        }
    }

    /// <summary>A verb with nothing to answer says so.</summary>
    public void Done(string sentence) =>
        Answer(new Done(true), ContractJson.Default.Done, _ => Line(sentence));

    /// <summary>Names and values in two columns.</summary>
    public void Facts(params (string Name, string Value)[] facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts)
        {
            Line($"{name.PadRight(width)}  {value}".TrimEnd());
        }
    }

    /// <summary>One path segment of the API.</summary>
    public static string Segment(string text) =>
        text is "." or ".."
            ? throw new FailureException(FailureKind.NotFound, $"There is no \"{text}\" by name.")
            : Uri.EscapeDataString(text);

    /// <summary>What the API is asked for: an absolute path, or a number, id or link.</summary>
    public static string Meant(string what)
    {
        var isPath =
            Path.IsPathRooted(what)
            || what.Split('/')[0] is "." or ".."
            // Numbers and ids hold no slash, links begin with a scheme.
            || (what.Contains('/') && !what.Contains(':'))
            || (!IsNumberOrId(what) && Path.Exists(what));
        return isPath ? Path.GetFullPath(what) : what;
    }

    private static bool IsNumberOrId(string what) =>
        what.All(char.IsAsciiDigit) || ShortId.TryParse(what, out _);

    /// <summary>The absolute path of one that was said.</summary>
    /// <param name="where">The flag or argument that says it.</param>
    /// <exception cref="FailureException">Nothing was said.</exception>
    public static string FullPath(string said, string where) =>
        said.Length > 0
            ? Path.GetFullPath(said)
            : throw new FailureException(FailureKind.Usage, $"{where} is empty: write a path.");

    private Screen MakeScreen()
    {
        var own = Screen.Own(Environment.GetEnvironmentVariable);
        var output = result.InvocationConfiguration.Output;
        var error = result.InvocationConfiguration.Error;
        return ReferenceEquals(output, Console.Out) ? own : new(output, error, false, false, false);
    }
}
