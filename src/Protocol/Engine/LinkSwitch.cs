using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Circles;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Holdings;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Engine;

/// <summary>What comes over links: to the feature that each message and request concerns.
/// </summary>
internal sealed class LinkSwitch(
    Queue<Effect> effects,
    Friends friends,
    CatalogSync catalogs,
    CircleSync circles,
    PathSwitch paths,
    PartHolders parts
)
{
    // A kind of a later version is ignored, as is a Hello: any version so far speaks this one.
    internal void Handle(LinkId link, Message message, Instant now)
    {
        if (message.KindCase == Message.KindOneofCase.Head)
        {
            catalogs.HandleHead(link, message.Head, now);
        }
        else if (message.KindCase == Message.KindOneofCase.Addresses)
        {
            friends.HandleAddresses(link, message.Addresses, now);
        }
        else if (message.KindCase == Message.KindOneofCase.Seeks)
        {
            parts.HandleSeeks(link, message.Seeks, now);
        }
        else if (message.KindCase == Message.KindOneofCase.Holds)
        {
            parts.HandleHolds(link, message.Holds, now);
        }
        else
        {
            circles.HandleMessage(link, message, now);
        }
    }

    internal void Handle(LinkId link, StreamId stream, Request request, Instant now)
    {
        // A link that was refused or replaced still delivers what was under way: nobody's now.
        if (paths.TryHandle(link, stream, request, now) || friends.FriendOf(link) is not { } friend)
        {
            return;
        }

        switch (request.KindCase)
        {
            case Request.KindOneofCase.Catalog:
                catalogs.HandleRequest(link, stream, request.Catalog);
                break;
            case Request.KindOneofCase.Circle:
                circles.HandleRequest(link, stream, request.Circle, now);
                break;
            case Request.KindOneofCase.Fetch:
                effects.Enqueue(new Effect.ServeFetch(link, stream, friend, request.Fetch));
                break;
            case Request.KindOneofCase.Leaves:
                effects.Enqueue(new Effect.ServeLeaves(link, stream, friend, request.Leaves));
                break;
            default:
                effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Malformed));
                break;
        }
    }
}
