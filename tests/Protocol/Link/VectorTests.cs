using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>
/// One link from hello to first records, all of it fixed: docs/vectors/link.txt.
/// </summary>
public sealed class VectorTests
{
    private static readonly Instant Now = new(1_800_000_000_000_000);

    [Theory]
    [InlineData("", false)]
    [InlineData("aes ", true)]
    public void ALinkHasTheBytesOfTheDocument(string prefix, bool quickAtAes)
    {
        using var s = Key.Import(KeyAgreementAlgorithm.X25519, Vectors.Bytes("dialer static"));
        using var r = Key.Import(KeyAgreementAlgorithm.X25519, Vectors.Bytes("answerer static"));
        using var secret = PairSecret.Import(Vectors.Bytes("pair secret"));
        using var table = new VeilTable();
        table.Set(new VeilOwner.Friend(default), s.PublicKey, secret);

        using var dialer = DialerHandshake.TryStart(
            s,
            r.PublicKey,
            secret,
            null,
            Now,
            new Script(Vectors.Bytes("dialer random")),
            quickAtAes
        )!;
        Assert.Equal(Vectors.Read($"{prefix}hello"), Hex(dialer.Hello.Span));

        var random = new Script(Vectors.Bytes("answerer random"));
        using var answerer = new AnswererHandshake(r, table, random, quickAtAes);
        answerer.Handle(dialer.Hello.Span);
        using var theirs = answerer.Accept(null, out var answer);
        Assert.Equal(Vectors.Read($"{prefix}answer"), Hex(answer));

        dialer.Handle(answer, out _);
        using var ours = dialer.TakeOutcome();
        Assert.Equal(Vectors.Read($"{prefix}dialer record"), Record(ours.Keys));
        Assert.Equal(Vectors.Read($"{prefix}answerer record"), Record(theirs.Keys));
    }

    private static string Record(LinkKeys keys)
    {
        var room = new byte[RecordSealer.BytesMax(4)];
        using var sealer = new RecordSealer(keys.Send, padded: false, Now);
        var header = new FrameHeader(FrameType.Message, default, 4);
        return Hex(room.AsSpan(0, sealer.Seal(header, [0x0A, 0x02, 0x08, 0x01], room, Now)));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private sealed class Script(byte[] bytes) : IEntropy
    {
        private int _used;

        public void Fill(Span<byte> destination)
        {
            bytes.AsSpan(_used, destination.Length).CopyTo(destination);
            _used += destination.Length;
        }
    }
}
