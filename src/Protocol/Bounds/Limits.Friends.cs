namespace FriendNet.Protocol.Bounds;

// Friendships.
public static partial class Limits
{
    /// <summary>Secrets of one friend made by redemptions whose answers may be lost.</summary>
    public const int FreshSecretsMax = 4;
}
