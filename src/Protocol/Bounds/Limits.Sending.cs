namespace FriendNet.Protocol.Bounds;

// Of how much goes when.
public static partial class Limits
{
    /// <summary>A fetch of so little goes before others: somebody waits for it.</summary>
    public const int PromptBytesMax = FrameBodyBytesMax;

    /// <summary>Such fetches beside the window of one link: bulk has its share.</summary>
    public const int LinkPromptsMax = 4;

    /// <summary>
    /// Blocks of 1 MiB in the answers on all links: memory of who serves, whoever stalls.
    /// </summary>
    public const int ServedBlocksMax = 64;

    /// <summary>Of those for paths: strangers take little from friends.</summary>
    public const int ServedPathBlocksMax = ServedBlocksMax / 4;

    /// <summary>
    /// Of those over one friend: a circle behind it that stalls leaves as many to other circles.
    /// </summary>
    public const int ServedCarrierBlocksMax = ServedPathBlocksMax / 2;

    /// <summary>
    /// Who asks gets a block while it holds less than one in so many of those free: 8 alone, of
    /// which a link uses 5; the last are for who holds none.
    /// </summary>
    public const int ServedFreeShare = 8;

    /// <summary>
    /// Pieces in a second of a limit on what is sent: friends wait 10 ms each; more of them cost
    /// more wakes of threads than bytes.
    /// </summary>
    public const int UploadPiecesInSecond = 100;

    /// <summary>Least piece: 40 bytes of each record are not the file's.</summary>
    public const int UploadPieceBytesMin = 4 * 1024;

    /// <summary>Largest piece: the frames of one call.</summary>
    public const int UploadPieceBytesMax = 4 * FrameBodyBytesMax;

    /// <summary>
    /// Most of a limit that is made up for when it was not used: the 20th part of a second.
    /// </summary>
    public const int BurstsInSecond = 20;
}
