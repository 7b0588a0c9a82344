using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace FriendNet.Protocol.Torrents;

/// <summary>
/// A bencoded value (BEP 3): a string, number, list or dictionary. Each has one encoding only.
/// </summary>
public abstract class BEncodedValue
{
    private protected BEncodedValue() { }

    /// <summary>The only bytes that mean this value.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    internal abstract void WriteTo(IBufferWriter<byte> output);

    private protected static void Write(IBufferWriter<byte> output, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var count);
        output.Write(digits[..count]);
    }
}

/// <summary>Bytes, which may or may not be text: <c>4:spam</c>. Ordered as its bytes are.</summary>
public sealed class BEncodedString(ReadOnlyMemory<byte> bytes) : BEncodedValue
{
    public ReadOnlySpan<byte> Bytes => bytes.Span;

    internal override void WriteTo(IBufferWriter<byte> output)
    {
        Write(output, bytes.Length);
        output.Write(":"u8);
        output.Write(bytes.Span);
    }
}

/// <summary>A whole number: <c>i42e</c>.</summary>
public sealed class BEncodedNumber(long number) : BEncodedValue
{
    public long Number => number;

    internal override void WriteTo(IBufferWriter<byte> output)
    {
        output.Write("i"u8);
        Write(output, number);
        output.Write("e"u8);
    }
}

/// <summary>Values in order: <c>l…e</c>.</summary>
public sealed class BEncodedList(IReadOnlyList<BEncodedValue> values) : BEncodedValue
{
    public IReadOnlyList<BEncodedValue> Values => values;

    internal override void WriteTo(IBufferWriter<byte> output)
    {
        output.Write("l"u8);
        foreach (var value in values)
            value.WriteTo(output);
        output.Write("e"u8);
    }
}

/// <summary>Values by key, ordered by the keys' bytes: <c>d…e</c>.</summary>
public sealed class BEncodedDictionary : BEncodedValue
{
    private readonly (BEncodedString Key, BEncodedValue Value)[] _entries;

    /// <summary>In any order.</summary>
    /// <exception cref="ArgumentException">A key stands twice.</exception>
    public BEncodedDictionary(IEnumerable<(BEncodedString Key, BEncodedValue Value)> entries)
    {
        _entries = [.. entries];
        Array.Sort(
            _entries,
            static (one, other) => one.Key.Bytes.SequenceCompareTo(other.Key.Bytes)
        );
        for (var i = 1; i < _entries.Length; i++)
        {
            if (_entries[i].Key.Bytes.SequenceEqual(_entries[i - 1].Key.Bytes))
                throw new ArgumentException("A key stands twice.", nameof(entries));
        }
    }

    /// <summary>As it was read: the reader has seen that the keys rise.</summary>
    internal BEncodedDictionary(
        (BEncodedString Key, BEncodedValue Value)[] entries,
        ReadOnlyMemory<byte> received
    ) => (_entries, Received) = (entries, received);

    public IReadOnlyList<(BEncodedString Key, BEncodedValue Value)> Entries => _entries;

    /// <summary>The bytes that it was read from; empty if it was made here.</summary>
    public ReadOnlyMemory<byte> Received { get; }

    /// <summary>False: no such key, or its value is of another kind.</summary>
    public bool TryGet<T>(ReadOnlySpan<byte> key, [NotNullWhen(true)] out T? value)
        where T : BEncodedValue
    {
        value = null;
        var (low, high) = (0, _entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _entries[middle].Key.Bytes.SequenceCompareTo(key);
            if (order == 0)
            {
                value = _entries[middle].Value as T;
                break;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return value is not null;
    }

    internal override void WriteTo(IBufferWriter<byte> output)
    {
        output.Write("d"u8);
        foreach (var (key, value) in _entries)
        {
            key.WriteTo(output);
            value.WriteTo(output);
        }

        output.Write("e"u8);
    }
}
