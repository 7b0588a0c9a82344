using Google.Protobuf.Reflection;

namespace FriendNet.Protocol.Wire;

/// <summary>
/// Walks protobuf bytes before the generated parser may: well-formed, known fields of their own
/// wire type, singular ones and oneofs once, repeated ones as often as allowed.
/// Unknown fields pass, groups do not. Allocates nothing. Nests as deep as the schema, which a
/// test keeps from nesting in itself.
/// </summary>
internal static class ProtoShape
{
    // Fields of one message, oneofs included; a longer message would have to raise it.
    private const int FieldsMax = 32;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <param name="repeatsMax">How often each repeated field may come; absent: never.</param>
    internal static bool Fits(
        ReadOnlySpan<byte> bytes,
        MessageDescriptor descriptor,
        IReadOnlyDictionary<string, int> repeatsMax
    )
    {
        Span<int> counts = stackalloc int[FieldsMax];
        counts.Clear();
        while (!bytes.IsEmpty)
        {
            if (
                !TryReadField(ref bytes, out var number, out var wireType, out var content)
                || !Fits(descriptor.FindFieldByNumber(number), wireType, content, repeatsMax)
                || !TryCount(
                    descriptor.FindFieldByNumber(number),
                    wireType,
                    content,
                    counts,
                    repeatsMax
                )
            )
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(
        FieldDescriptor? field,
        WireType wireType,
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<string, int> repeatsMax
    ) =>
        field?.FieldType switch
        {
            null => true,
            FieldType.Message => wireType == WireType.Bytes
                && Fits(content, field.MessageType, repeatsMax),
            FieldType.String or FieldType.Bytes => wireType == WireType.Bytes,
            FieldType.UInt32 or FieldType.UInt64 or FieldType.Enum or FieldType.Bool => wireType
                == WireType.Varint
                || IsPacked(field, wireType),
            FieldType.Fixed64 => wireType == WireType.Fixed64 || IsPacked(field, wireType),
            _ => false,
        };

    private static bool IsPacked(FieldDescriptor field, WireType wireType) =>
        field.IsRepeated && wireType == WireType.Bytes;

    // How many values a packed field has; null: it breaks off. At least one, so that empty
    // fields cannot be repeated without end.
    private static int? Packed(FieldType type, ReadOnlySpan<byte> content)
    {
        if (type == FieldType.Fixed64)
            return content.Length % sizeof(ulong) == 0
                ? Math.Max(1, content.Length / sizeof(ulong))
                : null;
        var count = 0;
        while (!content.IsEmpty)
        {
            if (!TryReadVarint(ref content, out _))
                return null;
            count++;
        }

        return Math.Max(1, count);
    }

    // Fields are counted from the front, oneofs from the back.
    private static bool TryCount(
        FieldDescriptor? field,
        WireType wireType,
        ReadOnlySpan<byte> content,
        Span<int> counts,
        IReadOnlyDictionary<string, int> repeatsMax
    )
    {
        if (field is null)
        {
            return true;
        }

        if (field.IsRepeated)
        {
            var isPacked =
                field.FieldType is not (FieldType.Message or FieldType.String or FieldType.Bytes)
                && IsPacked(field, wireType);
            if ((isPacked ? Packed(field.FieldType, content) : 1) is not { } more)
                return false;
            counts[field.Index] += more;
            return counts[field.Index] <= repeatsMax.GetValueOrDefault(field.FullName);
        }

        return field.ContainingOneof is { } oneof
            ? ++counts[^(oneof.Index + 1)] == 1
            : ++counts[field.Index] == 1;
    }

    private static bool TryReadField(
        ref ReadOnlySpan<byte> bytes,
        out int number,
        out WireType wireType,
        out ReadOnlySpan<byte> content
    )
    {
        content = default;
        var read = TryReadVarint(ref bytes, out var tag);
        number = (int)(uint)(tag >> 3 & 0x1FFFFFFF);
        wireType = (WireType)(tag & 7);
        if (!read || tag > uint.MaxValue || number == 0)
        {
            return false;
        }

        var length = 0UL;
        var known = wireType switch
        {
            WireType.Varint => TryReadVarint(ref bytes, out _),
            WireType.Bytes => TryReadVarint(ref bytes, out length),
            WireType.Fixed64 or WireType.Fixed32 => true,
            _ => false,
        };
        length = wireType switch
        {
            WireType.Fixed64 => sizeof(ulong),
            WireType.Fixed32 => sizeof(uint),
            _ => length,
        };
        if (!known || length > (ulong)bytes.Length)
        {
            return false;
        }

        content = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            var part = bytes[i];
            value |= unchecked((ulong)(part & 0x7F) << (7 * i));
            if (part < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return i < 9 || part < 2;
            }
        }

        return false;
    }
}
