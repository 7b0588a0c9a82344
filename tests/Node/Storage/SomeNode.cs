using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

/// <summary>Random bytes of the system.</summary>
internal sealed class Entropy : IEntropy
{
    internal static readonly Entropy Instance = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}

/// <summary>A node with a home of its own in the temporary folder, and its store.</summary>
internal sealed class SomeNode : IDisposable
{
    internal SomeNode(string name)
    {
        Folder = Directory.CreateTempSubdirectory("friendnet-test-").FullName;
        Keys = IdentityKeys.Create(Entropy.Instance);
        Card = Card.Create(Keys, name, 1);
        Id = FriendId.Of(Card.SigningKey.Bytes);
    }

    internal string Folder { get; }

    internal IdentityKeys Keys { get; }

    internal Card Card { get; }

    internal FriendId Id { get; }

    internal string Path => System.IO.Path.Combine(Folder, "state.db");

    internal static Instant Now() =>
        new((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    internal static PairSecret SomeSecret()
    {
        Span<byte> secret = stackalloc byte[PairSecret.Size];
        RandomNumberGenerator.Fill(secret);
        return PairSecret.Import(secret);
    }

    internal static byte[] Export(PairSecret secret)
    {
        var plain = new byte[PairSecret.Size];
        secret.Export(plain);
        return plain;
    }

    internal FriendStore Open() => Open(out _);

    internal FriendStore Open(out string? sentence, Instant? now = null)
    {
        var opening = Recovery.Open(Path, Id, Keys, Entropy.Instance, now ?? Now());
        sentence = opening.Sentence;
        Assert.True(opening.Store is not null, sentence);
        return opening.Store!;
    }

    public void Dispose()
    {
        Keys.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
