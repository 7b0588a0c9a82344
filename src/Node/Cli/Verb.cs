using System.CommandLine;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;

namespace FriendNet.Node.Cli;

/// <summary>A command with its examples; help shows those first.</summary>
internal sealed class Verb(string name, string description, params string[] examples)
    : Command(name, description)
{
    private const string TraceVariable = "FRIENDNET_TRACE";

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
#pragma warning disable CA1031 // The edge of the program: whoever typed it is told in a sentence.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return SayBug(call, error);
        }
    }

    private static int SayBug(Call call, Exception error)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TraceVariable)))
        {
            call.Screen.Error.WriteLine(error);
        }

        return Say(
            call,
            FailureKind.Internal,
            $"This is a bug ({error.GetType().Name}: {error.Message.TrimEnd('.')}): "
                + $"set {TraceVariable}=1 to see where, and report it."
        );
    }

    private static int Say(Call call, FailureKind kind, string sentence)
    {
        call.Complain(sentence);
        return (int)kind;
    }
}
