using System.CommandLine;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;

namespace FriendNet.Node.Cli;

/// <summary>A command with its examples; help shows those first.</summary>
internal sealed class Verb(string name, string description, params string[] examples)
    : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>
    /// What it does; a failure becomes one sentence on stderr and its exit code.
    /// </summary>
    public Verb Does(Func<Call, Task> body)
    {
        SetAction((result, cancel) => Run(new Call(result, cancel), body));
        return this;
    }

    private static async Task<int> Run(Call call, Func<Call, Task> body)
    {
        try
        {
            await body(call);
            return (int)call.Outcome;
        }
        catch (FailureException failure)
        {
            return Say(call, failure.Kind, failure.Message);
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            return (int)FailureKind.Interrupted;
        }
        catch (Exception error) when (StorageFault.Told(error) is { } told)
        {
            return Say(call, told.Kind, told.Message);
        }
    }

    private static int Say(Call call, FailureKind kind, string sentence)
    {
        call.Complain(sentence);
        return (int)kind;
    }
}
