namespace FriendNet.Crypto.Entropy;

/// <summary>
/// Where random bytes come from: the system in the daemon, a seed in the simulator.
/// </summary>
public interface IEntropy
{
    /// <summary>Fills all of <paramref name="destination"/> with random bytes.</summary>
    void Fill(Span<byte> destination);
}
