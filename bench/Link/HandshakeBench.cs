using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Bench.Link;

/// <summary>
/// What a stranger's junk costs a node with so many friends; what a handshake costs.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the cleanup.")]
public class HandshakeBench
{
    private readonly Counter _entropy = new();
    private readonly byte[] _junk = new byte[Limits.HandshakeBytesMin];
    private VeilTable _table = null!;
    private Key _s = null!;
    private Key _r = null!;
    private PairSecret _secret = null!;
    private long _time;

    [Params(1, 100, 1_000)]
    public int Friends { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _table = new VeilTable();
        _s = Key.Create(KeyAgreementAlgorithm.X25519, _entropy);
        _r = Key.Create(KeyAgreementAlgorithm.X25519, _entropy);
        var bytes = new byte[PairSecret.Size];
        _secret = PairSecret.Import(bytes);
        for (var i = 0; i < Friends - 1; i++)
        {
            _entropy.Fill(bytes);
            using var other = PairSecret.Import(bytes);
            _table.Set(new VeilOwner.Friend(new FriendId((UInt128)i)), _s.PublicKey, other);
        }

        var last = new VeilOwner.Friend(new FriendId(UInt128.MaxValue));
        _table.Set(last, _s.PublicKey, _secret);
    }

    [Benchmark]
    public HandshakeStatus Junk()
    {
        using var answerer = new AnswererHandshake(_r, _table, _entropy, quickAtAes: false);
        return answerer.Handle(_junk);
    }

    [Benchmark]
    public bool BothEnds()
    {
        var now = new Instant(++_time);
        using var dialer = DialerHandshake.TryStart(
            _s,
            _r.PublicKey,
            _secret,
            null,
            now,
            _entropy,
            quickAtAes: false
        )!;
        using var answerer = new AnswererHandshake(_r, _table, _entropy, quickAtAes: false);
        if (answerer.Handle(dialer.Hello.Span) != HandshakeStatus.Proposed)
        {
            throw new InvalidOperationException("The hello was refused.");
        }

        using var theirs = answerer.Accept(null, out var answer);
        return dialer.Handle(answer, out _) == HandshakeStatus.Complete;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table.Dispose();
        _s.Dispose();
        _r.Dispose();
        _secret.Dispose();
    }

    private sealed class Counter : IEntropy
    {
        private ulong _count;

        public void Fill(Span<byte> destination)
        {
            _count++;
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = unchecked((byte)(_count >> (i % 8 * 8)));
            }
        }
    }
}
