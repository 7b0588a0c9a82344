namespace FriendNet.Protocol.Bounds;

// Friendships.
public static partial class Limits
{
    /// <summary>Secrets of one friend made by redemptions whose answers may be lost.</summary>
    public const int FreshSecretsMax = 4;

    /// <summary>Groups of friends.</summary>
    public const int GroupsMax = 256;

    /// <summary>A group's name, UTF-8: as a friend's.</summary>
    public const int GroupNameBytesMax = 64;
}
