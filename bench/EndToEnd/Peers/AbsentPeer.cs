namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>Stands in the table for a peer that did not start, with the reason.</summary>
internal sealed class AbsentPeer(string name, string why) : IPeer
{
    public string Name => name;

    public Cost Fetch(string path, string destination) => throw new InvalidOperationException(why);
}
