using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Contents;

/// <summary>Whom an owner lets have a file.</summary>
internal enum Readers
{
    /// <summary>It is withdrawn.</summary>
    Nobody,
    Chosen,
    Friends,
    Circle,
}

/// <summary>What its owner decided about a file, from that moment on.</summary>
/// <param name="Chosen">Some of the friends, if it is for them only.</param>
internal sealed record Choice(long From, Readers For, params IReadOnlyList<int> Chosen);

/// <summary>
/// A file that somebody shares, as the world knows it: who may have it follows from the graph and
/// from what the owner chose, and from none of the code that decides it in a node.
/// </summary>
internal sealed class FileCard(FileText text, int owner, params Choice[] choices)
{
    internal FileText Text => text;

    internal int Owner => owner;

    internal Choice At(long now) => choices.Last(choice => choice.From <= now);

    /// <summary>Whether that node may have it at some moment of these.</summary>
    internal bool IsFor(World world, int node, long since, long until) =>
        node == owner
        || During(since, until).Any(choice => IsFor(world, choice, node, since, until));

    /// <summary>The same of standing in its view of the owner's files.</summary>
    internal bool IsShown(World world, int node, long since, long until) =>
        During(since, until)
            .Where(choice => choice.For != Readers.Circle)
            .Any(choice => IsFor(world, choice, node, since, until));

    private IEnumerable<Choice> During(long since, long until)
    {
        for (var i = 0; i < choices.Length; i++)
        {
            var end = i + 1 < choices.Length ? choices[i + 1].From : long.MaxValue;
            if (choices[i].From <= until && end > since)
                yield return choices[i];
        }
    }

    private bool IsFor(World world, Choice choice, int node, long since, long until) =>
        choice.For switch
        {
            Readers.Nobody => false,
            Readers.Circle => world.Friends.AreWithin(
                owner,
                node,
                world.Settings.Horizon,
                since - World.OnTheWay,
                until
            ),
            Readers.Friends => world.Friends.Regards(owner, node, since, until),
            _ => choice.Chosen.Contains(node) && world.Friends.Regards(owner, node, since, until),
        };
}
