namespace FriendNet.Protocol.Bounds;

// Of what is kept here.
public static partial class Limits
{
    /// <summary>Secrets of one friend made by redemptions whose answers may be lost.</summary>
    public const int FreshSecretsMax = 4;

    /// <summary>Transfers that are done and still listed; older ones are forgotten.</summary>
    public const int TransfersDoneMax = 1_000;

    /// <summary>Names of a folder in one answer of the local API: some MB of JSON.</summary>
    public const int BrowsedNamesMax = 10_000;

    /// <summary>Groups of friends.</summary>
    public const int GroupsMax = 256;

    /// <summary>A group's name, UTF-8: as a friend's.</summary>
    public const int GroupNameBytesMax = 64;

    /// <summary>Pieces in a second of a limit on what is sent: friends wait 2.5 ms each.</summary>
    public const int UploadPiecesInSecond = 400;

    /// <summary>Least piece: 40 bytes of each record are not the file's.</summary>
    public const int UploadPieceBytesMin = 4 * 1024;

    /// <summary>Largest piece: the frames of one call.</summary>
    public const int UploadPieceBytesMax = 4 * FrameBodyBytesMax;

    /// <summary>Most that was not sent and may be made up for: the 20th part of a second.</summary>
    public const int UploadBurstsInSecond = 20;
}
