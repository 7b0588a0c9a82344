namespace FriendNet.Protocol.Bounds;

// Of partial holders.
public static partial class Limits
{
    /// <summary>
    /// Contents sought of one friend: the largest of what is fetched; 8 KiB.
    /// </summary>
    public const int SeeksMax = 1024;

    /// <summary>
    /// Nonce of what is sought: no two lists of tags look alike.
    /// </summary>
    public const int SeekNonceBytes = 16;

    /// <summary>
    /// Time between two lists of what is sought over one link, each way: each costs a hash for
    /// each content held.
    /// </summary>
    public const int SeekMilliseconds = 1000;

    /// <summary>
    /// News of runs wait so long for others: one message of many.
    /// </summary>
    public const int HoldFoldMilliseconds = 500;

    /// <summary>
    /// Pieces of bits in one message: random runs, each alone.
    /// </summary>
    public const int HoldsMax = 256;

    /// <summary>
    /// Such messages that a line may bring at once after it stood still; beyond, twice as many as
    /// are agreed are heard.
    /// </summary>
    public const int HoldsBurstMax = 100;

    /// <summary>
    /// Bytes of one piece of bits: 4,096 runs, 4 GiB.
    /// </summary>
    public const int HeldBitsBytesMax = 512;

    /// <summary>
    /// Bytes of such a message: half a frame.
    /// </summary>
    public const int HoldsBytesMax = 32768;

    /// <summary>
    /// Contents whose runs are told of: each is hashed for each friend that seeks.
    /// </summary>
    public const int HoldingsMax = 4096;

    /// <summary>
    /// Friends that hold a part of what one transfer fetches: more add little.
    /// </summary>
    public const int HoldersMax = 64;

    /// <summary>
    /// Runs compared for the rarest, from a random one on: all of 4 GiB.
    /// </summary>
    public const int RarestRunsMax = 4096;
}
