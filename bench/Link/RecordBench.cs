using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using FriendNet.Crypto.Noise;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Bench.Link;

/// <summary>One record of the given body: sealed; or sealed and opened in place.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the cleanup.")]
public class RecordBench
{
    private static readonly Instant Now = new(1);

    private readonly byte[] _room = new byte[RecordSealer.BytesMax(65_536)];
    private RecordSealer _sealer = null!;
    private RecordSealer _twin = null!;
    private RecordOpener _opener = null!;
    private byte[] _body = [];

    [Params(0, 64, 1_024, 16_384, 65_536)]
    public int Bytes { get; set; }

    [Params(CipherFunction.ChaChaPoly, CipherFunction.AesGcm)]
    public CipherFunction Cipher { get; set; }

    private FrameHeader Header =>
        Bytes == 0
            ? new(FrameType.End, new StreamId(1), 0)
            : new(FrameType.Part, new StreamId(1), Bytes);

    [GlobalSetup]
    public void Setup()
    {
        _body = new byte[Bytes];
        _sealer = new RecordSealer(new CipherState(new byte[32], Cipher), padded: false, Now);
        _twin = new RecordSealer(new CipherState(new byte[32], Cipher), padded: false, Now);
        _opener = new RecordOpener(new CipherState(new byte[32], Cipher));
    }

    [Benchmark]
    public int Seal() => _sealer.Seal(Header, _body, _room, Now);

    [Benchmark]
    public bool SealAndOpen()
    {
        var records = _room.AsSpan(0, _twin.Seal(Header, _body, _room, Now));
        var opened = true;
        while (opened && !records.IsEmpty)
        {
            opened = _opener.TryOpenHeader(records[..RecordSealer.HeaderBytes], out var header);
            records = records[RecordSealer.HeaderBytes..];
            var sealedBytes = RecordOpener.SealedBodyBytes(header);
            if (opened && sealedBytes > 0)
            {
                opened = _opener.TryOpenBody(records[..sealedBytes], records[..header.BodyBytes]);
                records = records[sealedBytes..];
            }
        }

        return opened ? true : throw new InvalidOperationException("A record did not open.");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sealer.Dispose();
        _twin.Dispose();
        _opener.Dispose();
    }
}
