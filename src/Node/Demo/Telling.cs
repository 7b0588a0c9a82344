using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Demo;

/// <summary>What the demo says: numbered steps, notes below them.</summary>
internal sealed class Telling(Screen screen)
{
    private int _step;

    public Screen Screen => screen;

    public void Tell(string text) => Line($"{++_step, 2}. {text}");

    public void Note(string text) => Line($"      {text}");

    public void Line(string text) => screen.Out.WriteLine(Printable.Escape(text));

    /// <exception cref="FailureException">It does not hold.</exception>
    public static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new FailureException(FailureKind.Internal, sentence);
        }
    }
}
