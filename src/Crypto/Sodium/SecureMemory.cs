using System.Security.Cryptography;

namespace FriendNet.Crypto.Sodium;

/// <summary>
/// Bytes of a secret: pinned, so that the collector leaves no copies, and zeroed on Dispose.
/// No <c>ToString</c>, no equality; compare with <see cref="FixedTimeEquals"/>.
/// </summary>
public sealed class SecureMemory : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>Zeros, to be filled through <see cref="Span"/>.</summary>
    public SecureMemory(int size) => _bytes = GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>A copy of <paramref name="secret"/>; the caller still zeroes its own.</summary>
    public SecureMemory(ReadOnlySpan<byte> secret)
        : this(secret.Length) => secret.CopyTo(_bytes);

    /// <summary>Bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>The secret itself.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Compares in a time that depends on the lengths only.</summary>
    public bool FixedTimeEquals(ReadOnlySpan<byte> other) =>
        CryptographicOperations.FixedTimeEquals(Span, other);

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _disposed = true;
    }
}
