using System.Collections.Concurrent;
using System.Net;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Links;

/// <summary>
/// A node's store, gate and dialer on loopback; what it would tell its engine waits.
/// </summary>
internal sealed class Side : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static readonly GateLimits Roomy = new()
    {
        StrangersPerAddressMax = GateLimits.Default.StrangersMax,
    };

    private readonly BlockingCollection<Input> _inputs = [];
    private readonly List<Input> _seen = [];
    private long _lastNow;

    internal Side(string name, GateLimits? limits = null)
    {
        Node = new SomeNode(name);
        Limits = limits ?? Roomy;
        Store = Node.Open();
        Our = Begin();
        Gate = OpenGate(0);
        Dialer = new Dialer(Our, TimeSpan.FromSeconds(2));
    }

    internal SomeNode Node { get; }

    internal GateLimits Limits { get; }

    internal FriendStore Store { get; private set; }

    internal OurSide Our { get; private set; }

    internal Gate Gate { get; private set; }

    internal Dialer Dialer { get; private set; }

    internal TimeSpan ClockIsOff { get; set; }

    internal FriendId Id => Node.Id;

    internal string Address => Gate.Listening[0].ToString();

    internal ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>All as after a restart of the daemon, on the same port.</summary>
    internal void Restart()
    {
        var port = Gate.Listening[0].Port;
        Gate.Dispose();
        Dialer.Dispose();
        Store.Dispose();
        Store = Node.Open();
        Our = Begin();
        Gate = OpenGate(port);
        Dialer = new Dialer(Our, TimeSpan.FromSeconds(2));
    }

    /// <summary>An invitation to this side, and its link.</summary>
    internal (OpenInvitation Stored, string Link) Invite(
        TimeSpan? lifetime = null,
        string? address = null
    )
    {
        Span<byte> secret = stackalloc byte[Invitation.SecretBytes];
        Entropy.Instance.Fill(secret);
        using var pair = PairSecret.FromInvitation(secret);
        var now = Now();
        var expires = now + (lifetime ?? TimeSpan.FromHours(1));
        Assert.True(HostPort.TryParse(address ?? Address, out var place));
        using var invitation = new Invitation(
            Node.Keys.Agreement.PublicKey.Bytes,
            secret,
            expires,
            [place]
        );
        return (Store.Invited.Create(pair, "", expires, now)!, invitation.ToLink());
    }

    /// <summary>Makes friends without a handshake.</summary>
    internal void Befriend(Side other)
    {
        using var secret = SomeNode.SomeSecret();
        Store.Add(other.Node.Card, secret, [other.Address], Now());
        other.Store.Add(Node.Card, secret, [Address], other.Now());
    }

    /// <summary>Makes friends by the stores, dials, and gives both ends of the link.</summary>
    internal (Link Ours, Link Theirs) LinkTo(Side other)
    {
        Befriend(other);
        Dialer.Dial(other.Id, [other.Address]);
        return (Opened(), other.Opened());
    }

    internal Link Opened() => Our.Links.Find(Next<Input.LinkOpened>().Link)!;

    /// <summary>The next input of that kind; others before it are kept for later.</summary>
    internal T Next<T>(Func<T, bool>? which = null)
        where T : Input
    {
        for (var i = 0; i < _seen.Count; i++)
        {
            if (_seen[i] is T early && (which is null || which(early)))
            {
                _seen.RemoveAt(i);
                return early;
            }
        }

        while (_inputs.TryTake(out var input, Patience))
        {
            if (input is T wanted && (which is null || which(wanted)))
            {
                return wanted;
            }

            _seen.Add(input);
        }

        throw new TimeoutException($"{Node.Card.Name} got no {typeof(T).Name}.");
    }

    /// <summary>The next input of any kind, if one comes in time.</summary>
    internal Input? TryNext(TimeSpan timeout) =>
        _inputs.TryTake(out var input, timeout) ? input : null;

    internal Instant Now()
    {
        var now = SomeNode.Now() + ClockIsOff;
        var last = Interlocked.Exchange(ref _lastNow, now.Microseconds);
        return last > now.Microseconds ? new Instant(last) : now;
    }

    public void Dispose()
    {
        Gate.Dispose();
        Dialer.Dispose();
        Assert.True(Our.Links.CloseAllAsync(CloseCode.Bye, Patience).GetAwaiter().GetResult());
        Store.Dispose();
        Node.Dispose();
    }

    private OurSide Begin() =>
        new(
            Node.Keys,
            Node.Card,
            Store,
            new LinkTable(),
            Entropy.Instance,
            Now,
            _inputs.Add,
            Warnings.Enqueue
        );

    private Gate OpenGate(int port)
    {
        var place = new IPEndPoint(IPAddress.Loopback, port);
        var gate = Gate.TryOpen([place], Our, Limits, out var sentence);
        Assert.True(gate is not null, sentence);
        return gate!;
    }
}
