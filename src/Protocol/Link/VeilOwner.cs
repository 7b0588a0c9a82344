using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Link;

/// <summary>Whose secret a hello was veiled with.</summary>
public abstract record VeilOwner
{
    private VeilOwner() { }

    /// <param name="Fresh">
    /// 0: by the secret in use; else by one that a redemption made and that is not in use yet.
    /// </param>
    public sealed record Friend(FriendId Id, long Fresh = 0) : VeilOwner;

    public sealed record Invitation(InvitationId Id) : VeilOwner;
}
