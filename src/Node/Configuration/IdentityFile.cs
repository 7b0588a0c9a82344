using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Configuration;

/// <summary>identity.key of a home: made once, mode 0600, never written over.</summary>
public static class IdentityFile
{
    private const int PassphraseBytesMax = 4096;

    /// <param name="passphraseFile">Null: the keys lie open for whoever reads the disk.</param>
    /// <exception cref="FailureException">There is one already, or the disk refuses.</exception>
    public static IdentityKeys Create(Home home, string? passphraseFile, IEntropy entropy)
    {
        home.RequireNew();
        var passphrase = Passphrase(passphraseFile);
        var keys = IdentityKeys.Create(entropy);
        Write(home.KeyFile, KeyFile.Seal(keys, passphrase, entropy));
        CryptographicOperations.ZeroMemory(passphrase);
        return keys;
    }

    /// <exception cref="FailureException">None, locked, or damaged.</exception>
    public static IdentityKeys Open(Home home, string? passphraseFile)
    {
        home.RequireInitialised();
        var file = File.ReadAllBytes(home.KeyFile);
        var passphrase = KeyFile.HasPassphrase(file) ? Passphrase(passphraseFile) : [];
        var status = KeyFile.TryOpen(file, passphrase, out var keys);
        CryptographicOperations.ZeroMemory(passphrase);
        return keys
            ?? throw (
                status switch
                {
                    KeyFileStatus.PassphraseNeeded => new FailureException(
                        FailureKind.Setup,
                        $"{home.KeyFile} has a passphrase: name the file that holds it with "
                            + "--passphrase-file or FRIENDNET_PASSPHRASE_FILE."
                    ),
                    KeyFileStatus.WrongPassphrase => new FailureException(
                        FailureKind.Setup,
                        $"The passphrase in {passphraseFile} does not open {home.KeyFile}."
                    ),
                    _ => new FailureException(
                        FailureKind.Damaged,
                        $"{home.KeyFile} is damaged: put your copy of it in its place."
                    ),
                }
            );
    }

    private static byte[] Passphrase(string? path)
    {
        if (path is null)
        {
            return [];
        }

        try
        {
            // The file may be a pipe, as in <(pass show friendnet).
            using var file = File.OpenRead(path);
            var buffer = new byte[PassphraseBytesMax];
            var read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var passphrase = buffer.AsSpan(0, read).TrimEnd("\r\n"u8).ToArray();
            CryptographicOperations.ZeroMemory(buffer);
            return passphrase.Length > 0 && read < PassphraseBytesMax
                ? passphrase
                : throw new FailureException(
                    FailureKind.Setup,
                    $"{path} is empty or too long for a passphrase: put one line in it."
                );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.Setup, $"{path}: {error.Message}", error);
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var beside = path + ".new";
        using (var file = new FileStream(beside, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path);
        FolderSync.Sync(Path.GetDirectoryName(path)!);
    }
}
