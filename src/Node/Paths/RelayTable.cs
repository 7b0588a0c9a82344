using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>The paths that are carried for others.</summary>
internal sealed class RelayTable(
    OurSide our,
    BlockPool blocks,
    Awaited awaited,
    Ledger ledger,
    RelayTap? tap,
    Action<Input> post
)
{
    private readonly Dictionary<RelayId, Relay> _relays = [];

    /// <summary>A snapshot.</summary>
    internal IReadOnlyList<Relay> All
    {
        get
        {
            lock (awaited.Gate)
            {
                return [.. _relays.Values];
            }
        }
    }

    internal void Begin(Effect.RelayPath asked)
    {
        var (from, to) = (our.Links.Find(asked.From), our.Links.Find(asked.To));
        if (from is null || to is null)
        {
            post(new Input.RelayRefused(asked.Relay, ResetCode.Failed));
            return;
        }

        var relay = new Relay(asked, from, to, blocks, tap, ledger, post) { Left = Forget };
        lock (awaited.Gate)
        {
            if (relay.Ask() != default)
            {
                _relays[asked.Relay] = relay;
                awaited.Add((asked.To, relay.Stream), relay.Join);
                return;
            }
        }

        post(new Input.RelayRefused(asked.Relay, ResetCode.Busy));
    }

    internal Relay? Find(RelayId relay)
    {
        lock (awaited.Gate)
        {
            return _relays.GetValueOrDefault(relay);
        }
    }

    private void Forget(Relay relay)
    {
        lock (awaited.Gate)
        {
            awaited.Forget((relay.Asked.To, relay.Stream));
            // The same number may be at its next hop already.
            if (_relays.GetValueOrDefault(relay.Asked.Relay) == relay)
            {
                _relays.Remove(relay.Asked.Relay);
            }
        }
    }
}
