using BenchmarkDotNet.Attributes;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Bench.Link;

/// <summary>
/// Frames as a transfer has them: a header for each 64 KiB, a request for each MiB (of many small
/// files at most), a part with its proof for each run. Goal: about 1% of what the bytes cost
/// otherwise: to hash, 600 µs a MiB (SHA-256, 1.75 GB/s); as 256 files to be made, 6 ms.
/// </summary>
[MemoryDiagnoser]
public class FrameBench
{
    private readonly byte[] _header = new byte[FrameHeader.Bytes];
    private readonly Request _request = new() { Fetch = new FetchRequest() };
    private byte[] _requestBytes = [];
    private byte[] _partBytes = [];

    [Params(1, Limits.FetchSlicesMax)]
    public int Slices { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var root = new byte[Hash256.Size];
        for (var i = 0; i < Slices; i++)
        {
            random.NextBytes(root);
            _request.Fetch.Slices.Add(
                new SliceRequest
                {
                    Root = ByteString.CopyFrom(root),
                    Length = Limits.FetchBytesMax / Limits.FetchSlicesMax,
                    Run = 0,
                }
            );
        }

        _requestBytes = _request.ToByteArray();
        var proof = new byte[11 * Hash256.Size];
        random.NextBytes(proof);
        _partBytes = new SliceHeader { Proof = ByteString.CopyFrom(proof) }.ToByteArray();
    }

    [Benchmark]
    public bool Header()
    {
        new FrameHeader(FrameType.Data, new(1), Limits.FrameBodyBytesMax).Write(_header);
        return FrameHeader.TryParse(_header, Limits.FrameBodyBytesMax, out _)
            ? true
            : throw new InvalidOperationException("A header did not parse.");
    }

    [Benchmark]
    public int WriteRequest()
    {
        _request.WriteTo(_requestBytes);
        return _requestBytes.Length;
    }

    [Benchmark]
    public Request ParseRequest() =>
        ControlMessages.TryParse(_requestBytes, out Request? request)
            ? request
            : throw new InvalidOperationException("A request did not parse.");

    [Benchmark]
    public SliceHeader ParsePart() =>
        ControlMessages.TryParse(_partBytes, out SliceHeader? part)
            ? part
            : throw new InvalidOperationException("A part did not parse.");
}
