namespace FriendNet.Protocol.Ids;

/// <summary>A way to a pseudonym.</summary>
/// <param name="Link">The first step.</param>
/// <param name="Hops">Links to the owner; 1: that friend is it.</param>
public readonly record struct Route(LinkId Link, int Hops);
