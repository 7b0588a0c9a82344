namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// A way to move a named file or folder from the sources to a destination folder.
/// </summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>Moves it; CPU of both ends is counted.</summary>
    Cost Fetch(string name, string destination);
}

/// <summary>A peer that takes part, and what it moves.</summary>
/// <param name="Source">Full path.</param>
internal sealed record Entrant(IPeer Peer, string Source, long Bytes);
