using System.Runtime.InteropServices;

namespace FriendNet.Crypto.Sodium;

/// <summary>
/// The C functions in use (libsodium 1.0.18, https://doc.libsodium.org), nothing more.
/// </summary>
public static partial class Libsodium
{
    private const string Library = "libsodium.so.23";

    private static readonly Lazy<string?> Fault = new(Load);

    /// <summary>Null when libsodium is ready, else one sentence that says what to do.</summary>
    public static string? Unavailable => Fault.Value;

    /// <exception cref="DllNotFoundException">libsodium is missing or does not start.</exception>
    internal static void Require()
    {
        if (Fault.Value is { } fault)
        {
            throw new DllNotFoundException(fault);
        }
    }

    // sodium_init also picks the fastest code for this processor, so it runs before anything else.
    private static string? Load()
    {
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            return $"The library {Library} is missing; install it: apt-get install libsodium23";
        }

        return sodium_init() >= 0
            ? null
            : "libsodium is installed but could not start; reinstall it: "
                + "apt-get install --reinstall libsodium23";
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_scalarmult_curve25519(
        Span<byte> q,
        ReadOnlySpan<byte> n,
        ReadOnlySpan<byte> p
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_scalarmult_curve25519_base(
        Span<byte> q,
        ReadOnlySpan<byte> n
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_sign_ed25519_seed_keypair(
        Span<byte> pk,
        Span<byte> sk,
        ReadOnlySpan<byte> seed
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_sign_ed25519_detached(
        Span<byte> sig,
        nint siglen,
        ReadOnlySpan<byte> m,
        ulong mlen,
        ReadOnlySpan<byte> sk
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_sign_ed25519_verify_detached(
        ReadOnlySpan<byte> sig,
        ReadOnlySpan<byte> m,
        ulong mlen,
        ReadOnlySpan<byte> pk
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_encrypt(
        Span<byte> c,
        nint clen,
        ReadOnlySpan<byte> m,
        ulong mlen,
        ReadOnlySpan<byte> ad,
        ulong adlen,
        nint nsec,
        ReadOnlySpan<byte> npub,
        ReadOnlySpan<byte> k
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_decrypt(
        Span<byte> m,
        nint mlen,
        nint nsec,
        ReadOnlySpan<byte> c,
        ulong clen,
        ReadOnlySpan<byte> ad,
        ulong adlen,
        ReadOnlySpan<byte> npub,
        ReadOnlySpan<byte> k
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        Span<byte> c,
        nint clen,
        ReadOnlySpan<byte> m,
        ulong mlen,
        ReadOnlySpan<byte> ad,
        ulong adlen,
        nint nsec,
        ReadOnlySpan<byte> npub,
        ReadOnlySpan<byte> k
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        Span<byte> m,
        nint mlen,
        nint nsec,
        ReadOnlySpan<byte> c,
        ulong clen,
        ReadOnlySpan<byte> ad,
        ulong adlen,
        ReadOnlySpan<byte> npub,
        ReadOnlySpan<byte> k
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int crypto_pwhash(
        Span<byte> @out,
        ulong outlen,
        ReadOnlySpan<byte> passwd,
        ulong passwdlen,
        ReadOnlySpan<byte> salt,
        ulong opslimit,
        nuint memlimit,
        int alg
    );
}
