using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Link;

/// <summary>Whose secret a hello was veiled with.</summary>
public abstract record VeilOwner
{
    private VeilOwner() { }

    public sealed record Friend(FriendId Id) : VeilOwner;

    public sealed record Invitation(InvitationId Id) : VeilOwner;
}
