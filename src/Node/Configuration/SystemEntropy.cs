using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;

namespace FriendNet.Node.Configuration;

/// <summary>The kernel's random bytes.</summary>
public sealed class SystemEntropy : IEntropy
{
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
