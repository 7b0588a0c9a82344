using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Engine;

/// <summary>The inputs that concern catalogs of friends alone.</summary>
internal static class CatalogSwitch
{
    /// <returns>False: it is none of them.</returns>
    internal static bool TryHandle(CatalogSync catalogs, Input input, Instant now)
    {
        switch (input)
        {
            case Input.ViewChanged changed:
                catalogs.HandleView(changed.Friend, changed.Head);
                return true;
            case Input.CatalogHeld held:
                catalogs.HandleHeld(held.Friend, held.Head, now);
                return true;
            case Input.CatalogFailed failed:
                catalogs.HandleFailed(failed.Friend, failed.Why, failed.Lasting, now);
                return true;
            case Input.CatalogServed served:
                catalogs.HandleServed(served.Link, served.Stream);
                return true;
            default:
                return false;
        }
    }
}
