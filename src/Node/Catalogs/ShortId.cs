using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Ids for people and scripts: 16 characters of base32 (a-z2-7), the first 10 bytes of SHA-256
/// over "file", root and length (u64 LE), or over "folder", the first 16 bytes of its owner's id
/// and path.
/// </summary>
public readonly record struct ShortId(long Tag, ushort Rest)
{
    public const int Length = 16;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static ShortId Of(ContentId content)
    {
        Span<byte> input = stackalloc byte[4 + Hash256.Size + 8];
        "file"u8.CopyTo(input);
        content.Root.CopyTo(input[4..]);
        BinaryPrimitives.WriteInt64LittleEndian(input[(4 + Hash256.Size)..], content.Length);
        return Hash(input);
    }

    public static ShortId Of(SourceId owner, string path)
    {
        var input = new byte[6 + 16 + Encoding.UTF8.GetByteCount(path)];
        "folder"u8.CopyTo(input);
        Span<byte> key = stackalloc byte[Hash256.Size];
        owner.Value.CopyTo(key);
        key[..16].CopyTo(input.AsSpan(6));
        Encoding.UTF8.GetBytes(path, input.AsSpan(22));
        return Hash(input);
    }

    public static bool TryParse(string text, out ShortId id)
    {
        id = default;
        if (text.Length != Length)
            return false;
        UInt128 value = 0;
        foreach (var character in text)
        {
            var digit = Alphabet.IndexOf(character, StringComparison.OrdinalIgnoreCase);
            if (digit < 0)
                return false;
            value = (value << 5) | (uint)digit;
        }

        id = new ShortId(unchecked((long)(ulong)(value >> 16)), (ushort)(value & 0xFFFF));
        return true;
    }

    public override string ToString()
    {
        var value = ((UInt128)unchecked((ulong)Tag) << 16) | Rest;
        Span<char> text = stackalloc char[Length];
        for (var i = Length - 1; i >= 0; i--, value >>= 5)
            text[i] = Alphabet[(int)(value & 31)];
        return new string(text);
    }

    private static ShortId Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(input, hash);
        var rest = BinaryPrimitives.ReadUInt16BigEndian(hash[8..]);
        return new ShortId(BinaryPrimitives.ReadInt64BigEndian(hash), rest);
    }
}
