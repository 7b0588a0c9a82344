using FriendNet.Crypto.Noise;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>
/// Opens records of one direction (layout: <see cref="RecordSealer"/>): the header first, then
/// its body if it has one. After a false the link is to be closed. Owns the cipher.
/// </summary>
public sealed class RecordOpener(CipherState cipher) : IDisposable
{
    private bool _failed;
    private int _bodyBytes;

    /// <summary>Bytes that follow a header: its sealed body, or 0.</summary>
    public static int SealedBodyBytes(FrameHeader header) =>
        header.BodyBytes == 0 ? 0 : header.BodyBytes + CipherState.TagSize;

    /// <summary>
    /// Opens <see cref="RecordSealer.HeaderBytes"/> bytes. False: not authentic, or no frame
    /// that may be. A REKEY has taken effect when this returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">A body is due.</exception>
    public bool TryOpenHeader(ReadOnlySpan<byte> sealedHeader, out FrameHeader header)
    {
        if (_bodyBytes != 0)
        {
            throw new InvalidOperationException("The body of the last header comes first.");
        }

        Span<byte> plain = stackalloc byte[FrameHeader.Bytes];
        header = default;
        _failed =
            _failed
            || sealedHeader.Length != RecordSealer.HeaderBytes
            || !cipher.TryDecryptWithAd([], sealedHeader, plain, out _)
            || !FrameHeader.TryParse(plain, Limits.FrameBodyBytesMax, out header);
        if (_failed)
        {
            return false;
        }

        _bodyBytes = header.BodyBytes;
        if (header.Type == FrameType.Rekey)
        {
            cipher.Rekey();
        }

        return true;
    }

    /// <summary>
    /// Opens the body into <paramref name="body"/>, whose length is the header's; it may start
    /// where <paramref name="sealedBody"/> starts. False: not authentic.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths are not those of the header.</exception>
    public bool TryOpenBody(ReadOnlySpan<byte> sealedBody, Span<byte> body)
    {
        if (
            _bodyBytes == 0
            || body.Length != _bodyBytes
            || sealedBody.Length != _bodyBytes + CipherState.TagSize
        )
        {
            throw new ArgumentException("Not the body of the last header.", nameof(sealedBody));
        }

        _bodyBytes = 0;
        _failed = _failed || !cipher.TryDecryptWithAd([], sealedBody, body, out _);
        return !_failed;
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();
}
