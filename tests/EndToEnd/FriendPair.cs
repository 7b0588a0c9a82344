namespace FriendNet.Tests.EndToEnd;

/// <summary>Two friends, of whom Alice shares a folder of the scratch with Bob.</summary>
internal sealed class FriendPair : IDisposable
{
    private FriendPair(Scratch scratch, string bobsDisk)
    {
        Alice = new LiveNode(scratch, "alice");
        Bob = new LiveNode(bobsDisk, "bob");
    }

    internal LiveNode Alice { get; }

    internal LiveNode Bob { get; }

    /// <summary>Once all of it is hashed.</summary>
    /// <param name="bobsDisk">Where Bob's home is; null: in the scratch.</param>
    internal static async Task<FriendPair> Share(
        Scratch scratch,
        string folder,
        string? bobsDisk = null
    )
    {
        var pair = new FriendPair(scratch, bobsDisk ?? scratch);
        pair.Alice.Start();
        pair.Bob.Start();
        LiveNode.Befriend(pair.Alice, pair.Bob);
        pair.Alice.Ok("share", "add", Path.Combine(scratch, folder));
        await pair.Alice.AwaitIndex();
        return pair;
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
    }
}
