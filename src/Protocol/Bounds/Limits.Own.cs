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
}
