namespace FriendNet.Protocol.Bounds;

// Of how much goes when.
public static partial class Limits
{
    /// <summary>A fetch of so little goes before others: somebody waits for it.</summary>
    public const int PromptBytesMax = FrameBodyBytesMax;

    /// <summary>Such fetches beside the window of one link: bulk has its share.</summary>
    public const int LinkPromptsMax = 4;

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
