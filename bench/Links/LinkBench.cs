using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Bench.Links;

/// <summary>
/// Two links over loopback in one process; DATA goes from one block to one buffer: what sealing,
/// sending, receiving and opening cost, and nothing else.
/// </summary>
internal static class LinkBench
{
    private const int Outstanding = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    internal static void Run(int gibibytes, int rounds)
    {
        using var one = new End("One");
        using var other = new End("Other");
        one.Befriend(other);
        one.Dialer.Dial(other.Id, [other.Address]);
        var asking = one.Opened();
        other.Opened();
        Console.WriteLine("GiB  MB/s  CPU s/GiB: all  writer  reader  KiB allocated/GiB");
        for (var round = 0; round < rounds; round++)
        {
            Measure(asking, gibibytes);
        }
    }

    private static void Measure(Node.Links.Link link, int gibibytes)
    {
        using var done = new CountdownEvent(gibibytes * 1024);
        using var room = new SemaphoreSlim(Outstanding);
        var space = new byte[Limits.FetchBytesMax];
        var request = SomeRequest();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var threads = Threads();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < gibibytes * 1024; i++)
        {
            if (!room.Wait(Patience))
            {
                throw new TimeoutException();
            }

            link.Open(request, Limits.FetchBytesMax, new Sink(space, room, done));
        }

        done.Wait(Patience);
        watch.Stop();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var after = Threads();
        var writer = (after["writer"] - threads["writer"]) / gibibytes;
        var reader = (after["reader"] - threads["reader"]) / gibibytes;
        var rate = gibibytes * 1073.741824 / watch.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"{gibibytes, 3} {rate, 5:0} {cpu.TotalSeconds / gibibytes, 15:0.000}"
                + $" {writer, 7:0.000} {reader, 7:0.000} {allocated / 1024 / gibibytes, 8}"
        );
    }

    /// <summary>CPU seconds by kind of thread, from the kernel.</summary>
    private static Dictionary<string, double> Threads()
    {
        var sums = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["writer"] = 0,
            ["reader"] = 0,
        };
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            var name = stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')];
            name = name is "dial" ? "reader" : name;
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11]) + long.Parse(fields[12]);
            sums[name] = sums.GetValueOrDefault(name) + (ticks / 100.0);
        }

        return sums;
    }

    private static Request SomeRequest()
    {
        var slice = new SliceRequest
        {
            Root = Google.Protobuf.ByteString.CopyFrom(new byte[32]),
            Length = Limits.FetchBytesMax,
        };
        return new Request { Fetch = new FetchRequest { Slices = { slice } } };
    }

    private sealed class Sink(byte[] space, SemaphoreSlim room, CountdownEvent done) : IStreamSink
    {
        private int _at;

        public Span<byte> DataSpace(int bytes) => space.AsSpan(_at, bytes);

        public void DataReceived(int bytes) => _at += bytes;

        public void Part(ReadOnlySpan<byte> body) { }

        public void Ended()
        {
            if (_at != Limits.FetchBytesMax)
            {
                throw new InvalidOperationException("Bytes are missing.");
            }

            room.Release();
            done.Signal();
        }

        public void Failed(ResetCode? code) =>
            throw new InvalidOperationException($"The stream failed: {code}.");
    }

    /// <summary>A node that answers every request with the bytes of one block.</summary>
    private sealed class End : IDisposable, IEntropy
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("friendnet-").FullName;
        private readonly IdentityKeys _keys;
        private readonly Card _card;
        private readonly FriendStore _store;
        private readonly OurSide _our;
        private readonly Gate _gate;
        private readonly BlockPool _pool = new(64);
        private readonly TaskCompletionSource<LinkId> _opened = new();

        internal End(string name)
        {
            _keys = IdentityKeys.Create(this);
            _card = Card.Create(_keys, name, 1);
            Id = FriendId.Of(_card.SigningKey.Bytes);
            var path = Path.Combine(_folder, "state.db");
            _store = Recovery.Open(path, Id, _keys, this, Now()).Store!;
            _our = new(_keys, _card, _store, new LinkTable(), this, Now, Post, Console.WriteLine);
            IPEndPoint[] places = [new(IPAddress.Loopback, 0)];
            _gate = Gate.TryOpen(places, _our, GateLimits.Default, out _)!;
            Dialer = new Dialer(_our);
        }

        internal FriendId Id { get; }

        internal Dialer Dialer { get; }

        internal string Address => _gate.Listening[0].ToString();

        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

        internal void Befriend(End other)
        {
            using var secret = PairSecret.Import(RandomNumberGenerator.GetBytes(PairSecret.Size));
            _store.Add(other._card, secret, [], Now());
            other._store.Add(_card, secret, [], Now());
        }

        internal Node.Links.Link Opened() =>
            _our.Links.Find(_opened.Task.GetAwaiter().GetResult())!;

        public void Dispose()
        {
            _our.Links.CloseAllAsync(CloseCode.Bye, Patience).GetAwaiter().GetResult();
            _gate.Dispose();
            Dialer.Dispose();
            _store.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private static Instant Now() =>
            new((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

        private void Post(Input input)
        {
            switch (input)
            {
                case Input.LinkOpened opened:
                    _opened.SetResult(opened.Link);
                    break;
                case Input.RequestReceived asked:
                    _ = AnswerAsync(_our.Links.Find(asked.Link)!.BeginAnswer(asked.Stream));
                    break;
            }
        }

        private async Task AnswerAsync(Answer answer)
        {
            await answer.DataAsync(_pool.Rent(), 0, Limits.FetchBytesMax);
            answer.End();
        }
    }
}
