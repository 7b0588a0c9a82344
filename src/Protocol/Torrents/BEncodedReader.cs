using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Torrents;

/// <summary>
/// Reads bencoded bytes (BEP 3), and only the one encoding that a value has: no leading zeros, no
/// "-0", keys rising and each once, nothing behind the end. Strings stay where they are, in the
/// bytes given; what is allocated is bounded by what was read.
/// </summary>
public sealed class BEncodedReader
{
    private const int NumberDigitsMax = 20;
    private const int LengthDigitsMax = 10;
    private readonly ReadOnlyMemory<byte> _bytes;
    private int _at;
    private int _values;

    private BEncodedReader(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private ReadOnlySpan<byte> Rest => _bytes.Span[_at..];

    /// <summary>False: not one value in its one encoding, or over a limit.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out BEncodedValue? value
    )
    {
        var reader = new BEncodedReader(bytes);
        value = bytes.Length <= Limits.TorrentBytesMax ? reader.Value(1) : null;
        if (reader._at != bytes.Length)
            value = null;
        return value is not null;
    }

    private BEncodedValue? Value(int depth)
    {
        if (depth > Limits.BEncodedDepthMax || ++_values > Limits.BEncodedValuesMax)
            return null;
        return Rest switch
        {
            [(byte)'i', ..] => Number(),
            [(byte)'l', ..] => List(depth),
            [(byte)'d', ..] => Dictionary(depth),
            _ => String(),
        };
    }

    private BEncodedNumber? Number()
    {
        _at++;
        return TryTakeNumber((byte)'e', NumberDigitsMax, out var number) ? new(number) : null;
    }

    private BEncodedString? String()
    {
        if (!TryTakeNumber((byte)':', LengthDigitsMax, out var length))
            return null;
        if (length < 0 || length > Rest.Length)
            return null;
        var bytes = _bytes.Slice(_at, (int)length);
        _at += bytes.Length;
        return new(bytes);
    }

    private BEncodedList? List(int depth)
    {
        _at++;
        var values = new List<BEncodedValue>();
        while (!TryTakeEnd())
        {
            if (Value(depth + 1) is not { } value)
                return null;
            values.Add(value);
        }

        return new(values);
    }

    private BEncodedDictionary? Dictionary(int depth)
    {
        var start = _at++;
        var entries = new List<(BEncodedString Key, BEncodedValue Value)>();
        while (!TryTakeEnd())
        {
            if (String() is not { } key)
                return null;
            if (entries.Count > 0 && key.Bytes.SequenceCompareTo(entries[^1].Key.Bytes) <= 0)
                return null;
            if (Value(depth + 1) is not { } value)
                return null;
            entries.Add((key, value));
        }

        return new([.. entries], _bytes[start.._at]);
    }

    private bool TryTakeEnd()
    {
        if (Rest is not [(byte)'e', ..])
            return false;
        _at++;
        return true;
    }

    private bool TryTakeNumber(byte end, int digitsMax, out long number)
    {
        number = 0;
        var rest = Rest;
        var length = rest[..Math.Min(rest.Length, digitsMax + 1)].IndexOf(end);
        if (length <= 0)
            return false;
        var said = rest[..length];
        var digits = said[0] == '-' ? said[1..] : said;
        // One zero alone begins with a zero: neither "00" nor "-0" does.
        if (digits is [] || (digits[0] == '0' && said.Length > 1))
            return false;
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        if (!Utf8Parser.TryParse(said, out number, out int used) || used != length)
            return false;
        _at += length + 1;
        return true;
    }
}
