// A record is one frame, sealed with the sender's transport key of Noise:
//
//   offset  bytes  field
//        0      8  frame header (length u24, type u8, stream u32; little endian), encrypted
//        8     16  its tag
//       24      n  body, encrypted; n is the header's length, absent when 0
//     24+n     16  its tag; absent when n is 0
//
// Header and body are two messages of one CipherState with consecutive nonces and no associated
// data. REKEY is sealed with the old key; what follows it uses Rekey(k), the nonce going on.
using FriendNet.Crypto.Noise;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>
/// Turns frames into records, for one direction. Adds REKEY and PAD records by itself. Owns the
/// cipher. No allocation but for a rekey.
/// </summary>
public sealed class RecordSealer : IDisposable
{
    /// <summary>Bytes of a sealed header.</summary>
    public const int HeaderBytes = FrameHeader.Bytes + CipherState.TagSize;

    private static readonly byte[] Zeros = new byte[Limits.PaddedBytes];

    private readonly CipherState _cipher;
    private readonly bool _padded;
    private int _records;
    private Instant _keySince;

    /// <param name="padded">Whether PAD records hide the size of small records.</param>
    public RecordSealer(CipherState cipher, bool padded, Instant now)
    {
        _cipher = cipher;
        _padded = padded;
        _keySince = now;
    }

    /// <summary>Room that <see cref="Seal"/> wants for a body of so many bytes.</summary>
    public static int BytesMax(int bodyBytes) =>
        HeaderBytes // REKEY
        + SealedBytes(bodyBytes)
        + Limits.PaddedBytes
        + (2 * HeaderBytes); // PAD: up to a multiple, and one multiple more if it is too near

    /// <summary>Bytes of one record, sealed.</summary>
    public static int SealedBytes(int bodyBytes) =>
        HeaderBytes + (bodyBytes == 0 ? 0 : bodyBytes + CipherState.TagSize);

    /// <summary>
    /// Writes the frame as a record, a REKEY before it when one is due, a PAD after it where the
    /// setting asks for it. Returns the bytes written, at most <see cref="BytesMax"/>.
    /// </summary>
    /// <param name="body">May be any memory but <paramref name="destination"/>'s.</param>
    /// <exception cref="ArgumentException">The body is not of the header's length.</exception>
    public int Seal(
        FrameHeader header,
        ReadOnlySpan<byte> body,
        Span<byte> destination,
        Instant now
    )
    {
        if (body.Length != header.BodyBytes || destination.Length < BytesMax(body.Length))
        {
            throw new ArgumentException("Body or destination have the wrong size.", nameof(body));
        }

        var written = 0;
        if (
            _records >= Limits.KeyRecordsMax
            || now - _keySince >= TimeSpan.FromSeconds(Limits.KeySeconds)
        )
        {
            written = SealOne(new(FrameType.Rekey, default, 0), [], destination);
            _cipher.Rekey();
            _records = 0;
            _keySince = now;
        }

        var start = written;
        written += SealOne(header, body, destination[written..]);
        if (_padded && body.Length <= Limits.PaddedBodyBytesMax)
        {
            written += SealPad(written - start, destination[written..]);
        }

        return written;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private int SealPad(int recordBytes, Span<byte> destination)
    {
        var rest = Limits.PaddedBytes - (recordBytes % Limits.PaddedBytes);
        if (rest == Limits.PaddedBytes)
        {
            return 0;
        }

        // A PAD has 24 bytes without a body, 41 at least with one.
        while (rest != HeaderBytes && rest <= SealedBytes(0) + CipherState.TagSize)
        {
            rest += Limits.PaddedBytes;
        }

        var body = rest == HeaderBytes ? 0 : rest - HeaderBytes - CipherState.TagSize;
        return SealOne(new(FrameType.Pad, default, body), Zeros.AsSpan(0, body), destination);
    }

    private int SealOne(FrameHeader header, ReadOnlySpan<byte> body, Span<byte> destination)
    {
        Span<byte> plain = stackalloc byte[FrameHeader.Bytes];
        header.Write(plain);
        var written = _cipher.EncryptWithAd([], plain, destination);
        if (!body.IsEmpty)
        {
            written += _cipher.EncryptWithAd([], body, destination[written..]);
        }

        _records++;
        return written;
    }
}
