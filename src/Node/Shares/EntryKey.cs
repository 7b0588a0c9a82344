using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Node.Shares;

/// <summary>The key of a catalog entry: SHA-256 of the UTF-8 of NAME/PATH.</summary>
public static class EntryKey
{
    /// <summary>The key of a file of a share of that name.</summary>
    public static Hash256 Of(string shareName, string path)
    {
        var length = Encoding.UTF8.GetMaxByteCount(shareName.Length + 1 + path.Length);
        Span<byte> text = length <= 2048 ? stackalloc byte[length] : new byte[length];
        var used = Encoding.UTF8.GetBytes(shareName, text);
        text[used++] = (byte)'/';
        used += Encoding.UTF8.GetBytes(path, text[used..]);
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(text[..used], hash);
        return new Hash256(hash);
    }
}
