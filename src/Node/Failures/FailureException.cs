namespace FriendNet.Node.Failures;

/// <summary>Ends a command: one sentence that says what happened and what to do.</summary>
public sealed class FailureException(
    FailureKind kind,
    string sentence,
    Exception? innerException = null
) : Exception(sentence, innerException)
{
    public FailureKind Kind { get; } = kind;
}
