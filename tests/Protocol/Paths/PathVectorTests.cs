using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

/// <summary>The handshake within a path, all of it fixed: docs/vectors/paths.txt.</summary>
public sealed class PathVectorTests
{
    private static readonly Dictionary<string, string> Values = File.ReadLines(
            Path.Combine(SourceTree.Root, "docs", "vectors", "paths.txt")
        )
        .Select(line => line.Split(" = "))
        .Where(parts => parts.Length == 2)
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    [Fact]
    public void APathHasTheBytesOfTheDocument()
    {
        var pseudonym = new PseudonymId(new Hash256(Bytes("pseudonym")));
        using var path = Key.Import(KeyAgreementAlgorithm.X25519, Bytes("path secret"));
        using var asker = PathDialer.TryStart(
            pseudonym,
            path.PublicKey.Bytes,
            new Fixed(Bytes("asker random")),
            quickAtAes: true
        )!;
        Assert.Equal(Values["hello"], Hex(asker.Hello.Span));

        var answer = new byte[PathDialer.HelloBytes];
        var random = new Fixed(Bytes("owner random"));
        using var theirs = PathAnswerer.TryAnswer(
            pseudonym,
            path,
            asker.Hello.Span,
            random,
            quickAtAes: true,
            answer
        )!;
        Assert.Equal(Values["answer"], Hex(answer));

        using var ours = asker.TryFinish(answer)!;
        Assert.Equal(Values["asker record"], Record(ours));
        Assert.Equal(Values["owner record"], Record(theirs));
    }

    private static string Record(LinkKeys keys)
    {
        var room = new byte[RecordSealer.BytesMax(3)];
        using var sealer = new RecordSealer(keys.Send, padded: false, default);
        var header = new FrameHeader(FrameType.Part, new StreamId(1), 3);
        return Hex(room.AsSpan(0, sealer.Seal(header, "abc"u8, room, default)));
    }

    private static byte[] Bytes(string name) => Convert.FromHexString(Values[name]);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private sealed class Fixed(byte[] bytes) : IEntropy
    {
        public void Fill(Span<byte> destination) => bytes.CopyTo(destination);
    }
}
