using FriendNet.Crypto.Noise;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class ChaChaPolyRecordTests() : RecordTests(CipherFunction.ChaChaPoly, "");

public sealed class AesGcmRecordTests() : RecordTests(CipherFunction.AesGcm, "aes ");

public abstract class RecordTests : IDisposable
{
    private static readonly Instant Now = Pair.Start;

    private readonly byte[] _room = new byte[RecordSealer.BytesMax(Limits.FrameBodyBytesMax)];
    private readonly CipherFunction _function;
    private readonly string _prefix;
    private readonly RecordSealer _sealer;
    private readonly RecordOpener _opener;

    protected RecordTests(CipherFunction function, string prefix)
    {
        (_function, _prefix) = (function, prefix);
        _sealer = new(Cipher(), padded: false, Now);
        _opener = new(Cipher());
    }

    public static TheoryData<FrameType> Types =>
        [.. Enum.GetValues<FrameType>().Where(type => type != FrameType.Rekey)];

    private static ReadOnlySpan<byte> Key => "0123456789abcdef0123456789abcdef"u8;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _sealer.Dispose();
        _opener.Dispose();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void WhatIsSealedIsOpened(FrameType type)
    {
        var header = Frames.Example(type);
        var body = Frames.Body(header);
        for (var i = 0; i < 3; i++)
        {
            var written = _sealer.Seal(header, body, _room, Now);
            Assert.Equal(RecordSealer.SealedBytes(body.Length), written);
            Assert.Equal(header, Open(_opener, _room.AsSpan(0, written), out var opened));
            Assert.Equal(body, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void AnyFlippedBitIsFound(FrameType type)
    {
        var header = Frames.Example(type);
        var body = Frames.Body(header);
        var written = _sealer.Seal(header, body, _room, Now);
        for (var bit = 0; bit < written * 8; bit += written > 1000 ? 4099 : 1)
        {
            using var opener = new RecordOpener(Cipher());
            _room[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open(opener, _room.AsSpan(0, written), out _));
            _room[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(opener.TryOpenHeader(_room.AsSpan(0, 24), out _));
        }
    }

    [Fact]
    public void RecordsOutOfOrderTwiceOrMissingAreFound()
    {
        var header = Frames.Example(FrameType.Ping);
        var written = _sealer.Seal(header, Frames.Body(header), _room, Now);
        var first = _room.AsSpan(0, written).ToArray();
        _sealer.Seal(header, Frames.Body(header), _room, Now);
        using var late = new RecordOpener(Cipher());
        Assert.Null(Open(late, _room.AsSpan(0, written), out _));
        Assert.NotNull(Open(_opener, first, out _));
        Assert.Null(Open(_opener, first, out _));
    }

    [Fact]
    public void HeaderAndBodyCannotChangePlaces()
    {
        var header = Frames.Example(FrameType.Ping);
        var written = _sealer.Seal(header, Frames.Body(header), _room, Now);
        Assert.False(_opener.TryOpenHeader(_room.AsSpan(24, written - 24), out _));
    }

    [Fact]
    public void KeysChangeAfterSoManyRecords()
    {
        var header = Frames.Example(FrameType.End);
        var rekeys = 0;
        for (var i = 0; i < (2 * Limits.KeyRecordsMax) + 10; i++)
        {
            var written = _sealer.Seal(header, [], _room, Now);
            rekeys += OpenAll(_opener, _room.AsSpan(0, written)).Count(Is(FrameType.Rekey));
        }

        Assert.Equal(2, rekeys);
    }

    [Fact]
    public void KeysChangeAfterSomeTime()
    {
        var header = Frames.Example(FrameType.Ping);
        var body = Frames.Body(header);
        var later = Now + TimeSpan.FromSeconds(Limits.KeySeconds);
        OpenAll(_opener, _room.AsSpan(0, _sealer.Seal(header, body, _room, Now)));
        var written = _sealer.Seal(header, body, _room, later);
        using var old = Cipher();
        old.SetNonce(3);
        Assert.False(old.TryDecryptWithAd([], _room.AsSpan(24, 24), new byte[8], out _));
        var types = OpenAll(_opener, _room.AsSpan(0, written)).Select(read => read.Type);
        Assert.Equal([FrameType.Rekey, FrameType.Ping], types);
        written = _sealer.Seal(header, body, _room, later);
        Assert.Single(OpenAll(_opener, _room.AsSpan(0, written)));
    }

    [Fact]
    public void PaddingHidesTheSizeOfSmallRecords()
    {
        using var sealer = new RecordSealer(Cipher(), padded: true, Now);
        for (var bytes = 1; bytes < 1100; bytes++)
        {
            var header = new FrameHeader(FrameType.Message, default, bytes);
            var written = sealer.Seal(header, new byte[bytes], _room, Now);
            Assert.Equal(0, written % Limits.PaddedBytes);
            Assert.InRange(written, bytes, RecordSealer.BytesMax(bytes));
            var read = OpenAll(_opener, _room.AsSpan(0, written));
            Assert.Equal(header, read[0]);
            Assert.True(read.Skip(1).All(Is(FrameType.Pad)));
        }

        var data = Frames.Example(FrameType.Data);
        var sealedBytes = sealer.Seal(data, Frames.Body(data), _room, Now);
        Assert.Equal(RecordSealer.SealedBytes(data.BodyBytes), sealedBytes);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65_536)]
    public void ARecordAllocatesNothing(int bytes)
    {
        var header = new FrameHeader(FrameType.Data, new StreamId(1), bytes);
        var body = new byte[bytes];
        for (var i = 0; i < 2; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < 100; n++)
            {
                _sealer.Seal(header, body, _room, Now);
                Assert.True(_opener.TryOpenHeader(_room.AsSpan(0, 24), out _));
                Assert.True(_opener.TryOpenBody(_room.AsSpan(24, bytes + 16), body));
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(taken, 0, i == 0 ? 100_000 : 100);
        }
    }

    [Fact]
    public void ABodyOpensWhereItStands()
    {
        var header = Frames.Example(FrameType.Data);
        var body = Frames.Body(header);
        _sealer.Seal(header, body, _room, Now);
        Assert.True(_opener.TryOpenHeader(_room.AsSpan(0, 24), out _));
        var place = _room.AsSpan(24, body.Length + 16);
        Assert.True(_opener.TryOpenBody(place, place[..body.Length]));
        Assert.Equal(body, place[..body.Length]);
    }

    [Fact]
    public void RandomBytesNeverOpen()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(_room.AsSpan(0, 24));
            using var opener = new RecordOpener(Cipher());
            Assert.False(opener.TryOpenHeader(_room.AsSpan(0, 24), out _));
        }
    }

    [Fact]
    public void MisuseThrows()
    {
        var header = Frames.Example(FrameType.Ping);
        Assert.Throws<ArgumentException>(() => _sealer.Seal(header, new byte[7], _room, Now));
        Assert.Throws<ArgumentException>(() =>
            _sealer.Seal(header, new byte[8], new byte[40], Now)
        );
        _sealer.Seal(header, new byte[8], _room, Now);
        Assert.Throws<ArgumentException>(() => _opener.TryOpenBody(new byte[24], new byte[8]));
        _opener.TryOpenHeader(_room.AsSpan(0, 24), out _);
        Assert.Throws<InvalidOperationException>(() =>
            _opener.TryOpenHeader(_room.AsSpan(24, 24), out _)
        );
    }

    // A vector: docs/vectors/link.txt.
    [Fact]
    public void TheLayoutIsFixed()
    {
        var written = _sealer.Seal(
            new(FrameType.Part, new StreamId(0x01020304), 3),
            "abc"u8,
            _room,
            Now
        );
        Assert.Equal(
            Vectors.Read($"{_prefix}record"),
            Convert.ToHexStringLower(_room.AsSpan(0, written))
        );
        written = _sealer.Seal(
            new(FrameType.End, new StreamId(0x01020304), 0),
            [],
            _room,
            Now + TimeSpan.FromSeconds(Limits.KeySeconds)
        );
        Assert.Equal(
            Vectors.Read($"{_prefix}record after rekey"),
            Convert.ToHexStringLower(_room.AsSpan(0, written))
        );
    }

    private CipherState Cipher() => new(Key, _function);

    private static Func<FrameHeader, bool> Is(FrameType type) => header => header.Type == type;

    private static FrameHeader? Open(
        RecordOpener opener,
        ReadOnlySpan<byte> record,
        out byte[] body
    )
    {
        body = [];
        if (!opener.TryOpenHeader(record[..24], out var header))
        {
            return null;
        }

        body = new byte[header.BodyBytes];
        return body.Length == 0 || opener.TryOpenBody(record[24..], body) ? header : null;
    }

    private static List<FrameHeader> OpenAll(RecordOpener opener, ReadOnlySpan<byte> records)
    {
        var headers = new List<FrameHeader>();
        while (!records.IsEmpty)
        {
            Assert.True(opener.TryOpenHeader(records[..24], out var header));
            records = records[24..];
            headers.Add(header);
            var sealedBytes = RecordOpener.SealedBodyBytes(header);
            if (sealedBytes > 0)
            {
                var body = new byte[header.BodyBytes];
                Assert.True(opener.TryOpenBody(records[..sealedBytes], body));
                records = records[sealedBytes..];
            }
        }

        return headers;
    }
}
