using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

/// <summary>
/// The published vectors of flynn/noise (Debian golang-github-flynn-noise-dev), all that name one
/// of our suites: 60 patterns each, with and without prologue and payloads.
/// </summary>
public sealed class NoiseVectorTests
{
    private const string VectorsFile = "/usr/share/gocode/src/github.com/flynn/noise/vectors.txt";

    private sealed class Vector : Dictionary<string, byte[]>
    {
        public Vector(string pattern, CipherFunction cipher)
            : base(StringComparer.Ordinal) => (Pattern, Cipher) = (pattern, cipher);

        public string Pattern { get; }

        public CipherFunction Cipher { get; }

        public List<(byte[] Payload, byte[] Ciphertext)> Messages { get; } = [];

        public byte[] Field(string name) => TryGetValue(name, out var value) ? value : [];

        public override string ToString() => $"{Pattern} {string.Join(',', Keys)}";
    }

    [Theory]
    [InlineData("ChaChaPoly", CipherFunction.ChaChaPoly)]
    [InlineData("AESGCM", CipherFunction.AesGcm)]
    public void Every_vector_of_the_suite_passes(string name, CipherFunction cipher)
    {
        if (!File.Exists(VectorsFile))
        {
            Assert.Skip(
                "The vectors are absent; install: apt-get install golang-github-flynn-noise-dev"
            );
        }

        var vectors = Read(File.ReadLines(VectorsFile), $"_25519_{name}_SHA256", cipher);
        foreach (var vector in vectors)
        {
            Check(vector);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{vectors.Count} vectors ran");
        Assert.Equal(240, vectors.Count);
        Assert.Equal(60, vectors.Select(vector => vector.Pattern).Distinct().Count());
    }

    private static List<Vector> Read(IEnumerable<string> lines, string suite, CipherFunction cipher)
    {
        List<Vector> vectors = [];
        Vector? current = null;
        foreach (var line in lines)
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var (name, value) = (line[..at], line[(at + 1)..]);
            if (name == "handshake")
            {
                current = value.EndsWith(suite, StringComparison.Ordinal)
                    ? new Vector(value["Noise_".Length..^suite.Length], cipher)
                    : null;
                if (current is not null)
                {
                    vectors.Add(current);
                }
            }
            else if (current is not null)
            {
                current[name] = Convert.FromHexString(value);
                if (name.EndsWith("_ciphertext", StringComparison.Ordinal))
                {
                    var payload = name.Replace("_ciphertext", "_payload", StringComparison.Ordinal);
                    current.Messages.Add((current[payload], current[name]));
                }
            }
        }

        return vectors;
    }

    private static void Check(Vector vector)
    {
        using var initiator = Party(vector, initiator: true);
        using var responder = Party(vector, initiator: false);
        CipherState[]? from = null;
        CipherState[]? to = null;
        var buffer = new byte[1024];
        var turn = 0;
        foreach (var (payload, ciphertext) in vector.Messages)
        {
            if (!initiator.IsComplete)
            {
                var (writer, reader) = initiator.IsMyTurn
                    ? (initiator, responder)
                    : (responder, initiator);
                var written = writer.WriteMessage(payload, buffer);
                Assert.True(buffer.AsSpan(0, written).SequenceEqual(ciphertext), $"{vector}");
                Assert.True(reader.TryReadMessage(ciphertext, buffer, out var read));
                Assert.Equal(payload, buffer[..read]);
                continue;
            }

            if (from is null)
            {
                Assert.Equal(initiator.HandshakeHash, responder.HandshakeHash);
                var (sendI, receiveI) = initiator.Split();
                var (sendR, receiveR) = responder.Split();
                (from, to) = ([sendI, sendR], [receiveR, receiveI]);
            }

            var sealedBytes = from[turn].EncryptWithAd([], payload, buffer);
            Assert.True(buffer.AsSpan(0, sealedBytes).SequenceEqual(ciphertext), $"{vector}");
            Assert.True(to![turn].TryDecryptWithAd([], ciphertext, buffer, out var opened));
            Assert.Equal(payload, buffer[..opened]);
            turn = 1 - turn;
        }

        Assert.NotNull(from);
    }

    private static HandshakeState Party(Vector vector, bool initiator)
    {
        var (me, other) = initiator ? ("init", "resp") : ("resp", "init");
        var pattern = HandshakePattern.Parse(vector.Pattern);
        return new HandshakeState(
            pattern,
            initiator,
            vector.Field("prologue"),
            KeyOf(vector, $"{me}_static"),
            KeyOf(vector, $"gen_{me}_ephemeral"),
            Knows(pattern, initiator) ? KeyOf(vector, $"{other}_static")?.PublicKey : null,
            re: null,
            pattern.UsesPsk ? vector.Field("preshared_key") : [],
            vector.Cipher
        );
    }

    // Whether this side knows the other's static key before the first message (Noise 7.3).
    private static bool Knows(HandshakePattern pattern, bool initiator)
    {
        var name = pattern.Name.Split("psk")[0];
        return name.Length == 1 ? initiator || name == "K" : name[initiator ? 1 : 0] == 'K';
    }

    private static Key? KeyOf(Vector vector, string field) =>
        vector.TryGetValue(field, out var raw)
            ? Key.Import(KeyAgreementAlgorithm.X25519, raw)
            : null;
}
