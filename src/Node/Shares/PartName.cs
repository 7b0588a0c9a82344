namespace FriendNet.Node.Shares;

/// <summary>
/// Names of files and folders that are being fetched. Nothing of them is indexed: unverified bytes
/// would be served under an id that fits them.
/// </summary>
public static class PartName
{
    /// <summary>Follows the name of whatever is not complete.</summary>
    public const string Suffix = ".friendnet-part";

    /// <param name="name">Of one file or folder, UTF-8.</param>
    public static bool Is(ReadOnlySpan<byte> name) => name.EndsWith(".friendnet-part"u8);
}
