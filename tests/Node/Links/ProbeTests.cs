using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Node.Links;

public sealed class ProbeTests
{
    private const int Threads = 4;

    /// <summary>FRIENDNET_PROBES=100000 for the whole count.</summary>
    private static readonly int Probes = int.Parse(
        Environment.GetEnvironmentVariable("FRIENDNET_PROBES") ?? "20000",
        CultureInfo.InvariantCulture
    );

    [Fact]
    public async Task Strangers_hear_nothing_whatever_they_say()
    {
        using var alice = new Side("Alice", GateLimits.Default);
        using var bob = new Side("Bob");
        using var carol = new Side("Carol");
        var friendHello = Record(bob, alice);
        var inviteHello = await RecordAsync(carol, alice);
        var admitted = alice.Gate.Status.Admitted;
        var accepted = alice.Gate.Status.Accepted;
        byte[][] hellos = [friendHello, inviteHello];

        Probe(alice, hellos, Probes / 2, accepted);
        Assert.Equal(admitted, alice.Gate.Status.Admitted);

        // The replay cache is empty now; what is on disk has to do.
        alice.Restart();
        Probe(alice, hellos, Probes / 2, 0);
        Assert.Equal(0, alice.Gate.Status.Admitted);
        Assert.True(alice.Gate.Status.Junk > Probes / 4, $"{alice.Gate.Status}");

        // And the gate still knows its friends.
        bob.Dialer.Dial(alice.Id, [alice.Address]);
        Assert.Equal(bob.Id, alice.Opened().Friend);
    }

    [Fact]
    public void Every_prefix_of_a_hello_and_every_byte_changed_meets_silence()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        // Recorded on the way to a gate that never got it whole: a first message, not a replay.
        bob.Befriend(alice);
        byte[] hello;
        using (var nowhere = new TcpListener(IPAddress.Loopback, 0))
        {
            nowhere.Start();
            bob.Dialer.Dial(alice.Id, [nowhere.LocalEndpoint.ToString()!]);
            using var caught = nowhere.AcceptSocket();
            var buffer = new byte[2048];
            hello = buffer[..caught.Receive(buffer)];
        }

        Assert.InRange(hello.Length, 500, 1_400);
        var gate = alice.Gate.Listening[0];
        var places = Enumerable.Range(0, hello.Length);
        var changed = places.Select(at =>
        {
            var bytes = (byte[])hello.Clone();
            bytes[at] ^= 1;
            return bytes;
        });
        byte[][] probes = [.. places.Select(to => hello[..to]), .. changed, [.. hello, 0]];
        var heard = probes.AsParallel().WithDegreeOfParallelism(16).Select(it => Hear(gate, it));
        Assert.All(heard.ToArray(), bytes => Assert.Equal(0, bytes));
        Assert.Equal(0, alice.Gate.Status.Admitted);
        Assert.Empty(alice.Our.Links.All);
    }

    [Fact]
    public void A_hello_is_answered_once_so_that_this_test_can_fail()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        bob.Befriend(alice);
        using var nowhere = new TcpListener(IPAddress.Loopback, 0);
        nowhere.Start();
        bob.Dialer.Dial(alice.Id, [nowhere.LocalEndpoint.ToString()!]);
        using var caught = nowhere.AcceptSocket();
        var buffer = new byte[2048];
        var hello = buffer[..caught.Receive(buffer)];
        using var stranger = Connect(alice.Gate.Listening[0]);
        stranger.ReceiveTimeout = (int)Side.Patience.TotalMilliseconds;
        stranger.Send(hello);
        Assert.InRange(stranger.Receive(buffer), 500, 1_500);
        Assert.Equal(0, Hear(alice.Gate.Listening[0], hello));
    }

    [Fact]
    public void Who_is_silent_or_slow_is_closed_at_random_and_not_told()
    {
        var limits = Side.Roomy with
        {
            Handshake = TimeSpan.FromMilliseconds(300),
            DiscardMin = TimeSpan.FromMilliseconds(500),
            DiscardMax = TimeSpan.FromMilliseconds(2_500),
        };
        using var alice = new Side("Alice", limits);
        var watch = Stopwatch.StartNew();
        var silent = Enumerable
            .Range(0, 20)
            .Select(i =>
            {
                var socket = Connect(alice.Gate.Listening[0]);
                socket.Send(new byte[i * 100]);
                return socket;
            })
            .ToArray();
        var ends = new List<double>();
        while (ends.Count < silent.Length)
        {
            var ready = silent.Where(socket => socket.Connected).ToList();
            Socket.Select(ready, null, null, Side.Patience);
            Assert.NotEmpty(ready);
            foreach (var socket in ready)
            {
                Assert.Equal(0, socket.Receive(new byte[1]));
                socket.Close();
                ends.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        Assert.InRange(ends[0], 500, 5_000);
        Assert.True(ends[^1] - ends[0] > 300, string.Join(' ', ends));
        Assert.Equal(20, alice.Gate.Status.Junk);
    }

    [Fact]
    public void A_full_house_drops_the_oldest_stranger_and_never_a_friend()
    {
        using var alice = new Side("Alice", Side.Roomy with { StrangersMax = 8 });
        using var bob = new Side("Bob");
        var (ours, theirs) = bob.LinkTo(alice);
        var strangers = Enumerable
            .Range(0, 12)
            .Select(_ => Connect(alice.Gate.Listening[0]))
            .ToArray();
        foreach (var dropped in strangers[..4])
        {
            dropped.ReceiveTimeout = (int)Side.Patience.TotalMilliseconds;
            Assert.Equal(0, dropped.Receive(new byte[1]));
        }

        Assert.All(
            strangers[4..],
            stranger => Assert.False(stranger.Poll(0, SelectMode.SelectRead))
        );
        Assert.True(ours.Send(new Message { Hello = new Hello { Version = 1 } }));
        alice.Next<Input.MessageReceived>();
        Assert.Equal(bob.Id, theirs.Friend);
        using var carol = new Side("Carol");
        carol.LinkTo(alice);
        foreach (var stranger in strangers)
        {
            stranger.Dispose();
        }
    }

    [Fact]
    public void One_address_has_few_places()
    {
        using var alice = new Side("Alice", Side.Roomy with { StrangersPerAddressMax = 2 });
        var strangers = Enumerable
            .Range(0, 3)
            .Select(_ => Connect(alice.Gate.Listening[0]))
            .ToArray();
        strangers[0].ReceiveTimeout = (int)Side.Patience.TotalMilliseconds;
        Assert.Equal(0, strangers[0].Receive(new byte[1]));
        foreach (var stranger in strangers)
        {
            stranger.Dispose();
        }
    }

    private static void Probe(Side alice, byte[][] hellos, int count, long before)
    {
        var gate = alice.Gate.Listening[0];
        var overflows = ListenOverflows();
        var probers = Enumerable
            .Range(0, Threads)
            .Select(seed => new Prober(gate, seed, random => Payload(random, hellos)))
            .ToArray();
        Parallel.ForEach(
            probers,
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            prober =>
            {
                for (var i = 0; i < count / Threads; i++)
                {
                    prober.Probe();
                }

                prober.Dispose();
            }
        );
        Assert.Equal(0, probers.Sum(prober => prober.Heard));
        // All of them were let in and looked at, not left in the kernel's queue; but for those that
        // came when it was full, which went away believing that they were connected.
        overflows = ListenOverflows() - overflows;
        var (least, most) = (before + count - overflows, before + count);
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                    alice.Gate.Status is { Strangers: 0 } s
                    && s.Accepted >= least
                    && s.Accepted <= most,
                Side.Patience
            ),
            $"{alice.Gate.Status}, {overflows} overflows"
        );
    }

    /// <summary>proc_net(5): connections that found a full queue, of all listeners.</summary>
    private static long ListenOverflows()
    {
        var lines = File.ReadLines("/proc/net/netstat").Take(2).Select(line => line.Split(' '));
        return lines.ToArray() is [var names, var values]
            ? long.Parse(values[names.IndexOf("ListenOverflows")], CultureInfo.InvariantCulture)
            : 0;
    }

    private static byte[] Payload(Random random, byte[][] hellos)
    {
        var hello = hellos[random.Next(hellos.Length)];
        switch (random.Next(5))
        {
            case 0:
                return hello;
            case 1:
                return hello[..random.Next(hello.Length)];
            case 2:
                var changed = (byte[])hello.Clone();
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 3:
                return [.. hello, .. new byte[random.Next(1, 3_000)]];
            default:
                var bytes = new byte[random.Next(3_000)];
                random.NextBytes(bytes);
                return bytes;
        }
    }

    /// <summary>The hello of a dial that led to a link, now closed.</summary>
    private static byte[] Record(Side from, Side to)
    {
        from.Befriend(to);
        using var relay = new Relay(to.Address);
        from.Dialer.Dial(to.Id, [relay.Address]);
        from.Opened().Close(CloseCode.Bye);
        to.Opened();
        to.Next<Input.LinkClosed>();
        from.Next<Input.LinkClosed>();
        return relay.FirstSaid;
    }

    private static async Task<byte[]> RecordAsync(Side from, Side to)
    {
        using var relay = new Relay(to.Address);
        var (_, link) = to.Invite(address: relay.Address);
        var result = await from.Dialer.RedeemAsync(link);
        Assert.Equal(RedeemOutcome.Redeemed, result.Outcome);
        to.Opened();
        from.Opened().Send(new Message { Hello = new Hello { Version = 1 } });
        to.Next<Input.MessageReceived>();
        from.Our.Links.Find(to.Id)!.Close(CloseCode.Bye);
        to.Next<Input.LinkClosed>();
        from.Next<Input.LinkClosed>();
        return relay.FirstSaid;
    }

    private static Socket Connect(IPEndPoint gate)
    {
        var socket = new Socket(gate.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(gate);
        return socket;
    }

    /// <summary>
    /// Says it, hangs up on its side, and reads to the end: the gate has seen it all.
    /// </summary>
    private static int Hear(IPEndPoint gate, byte[] bytes)
    {
        using var socket = Connect(gate);
        socket.ReceiveTimeout = (int)Side.Patience.TotalMilliseconds;
        socket.Send(bytes);
        socket.Shutdown(SocketShutdown.Send);
        return socket.Receive(new byte[2048]);
    }
}
