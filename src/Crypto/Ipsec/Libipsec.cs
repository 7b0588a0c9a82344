using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace FriendNet.Crypto.Ipsec;

/// <summary>
/// The C functions in use (libipsec-mb 1.3, https://github.com/intel/intel-ipsec-mb), no more.
/// Optional: without the library, or on a processor that it has no quick code for, nobody asks.
/// </summary>
public static partial class Libipsec
{
    private const string Library = "libIPSec_MB.so.1";

    // CPUID leaf 7, ECX.
    private const int VaesBit = 1 << 9;

    private static readonly Lazy<bool> Ready = new(() =>
        IsProcessorFit() && HasFunctions() && DoesAsTheFrameworkDoes()
    );

    /// <summary>True: AES-256-GCM is some three times as fast here as ChaChaPoly.</summary>
    public static bool IsReady => Ready.Value;

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void aes_gcm_pre_256_vaes_avx512(
        ReadOnlySpan<byte> key,
        ref byte key_data
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void aes_gcm_enc_256_vaes_avx512(
        ref byte key_data,
        ref byte context_data,
        Span<byte> @out,
        ReadOnlySpan<byte> @in,
        ulong len,
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> aad,
        ulong aad_len,
        Span<byte> auth_tag,
        ulong auth_tag_len
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void aes_gcm_dec_256_vaes_avx512(
        ref byte key_data,
        ref byte context_data,
        Span<byte> @out,
        ReadOnlySpan<byte> @in,
        ulong len,
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> aad,
        ulong aad_len,
        Span<byte> auth_tag,
        ulong auth_tag_len
    );

    // The functions do not look by themselves; on another processor they are illegal instructions.
    private static bool IsProcessorFit() =>
        Pclmulqdq.V512.IsSupported
        && Avx512F.VL.IsSupported
        && Avx512BW.VL.IsSupported
        && Avx512DQ.VL.IsSupported
        && Bmi2.X64.IsSupported
        && (X86Base.CpuId(7, 0).Ecx & VaesBit) != 0;

    private static bool HasFunctions()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
        {
            return false;
        }

        // Loaded for good.
        return NativeLibrary.TryGetExport(library, nameof(aes_gcm_pre_256_vaes_avx512), out _)
            && NativeLibrary.TryGetExport(library, nameof(aes_gcm_enc_256_vaes_avx512), out _)
            && NativeLibrary.TryGetExport(library, nameof(aes_gcm_dec_256_vaes_avx512), out _);
    }

    // The library exports these functions but its header does not promise them: one message,
    // longer than all powers of the hash key reach, tells whether they are what they were.
    private static bool DoesAsTheFrameworkDoes()
    {
        var text = new byte[1_000];
        var (expected, box) = (new byte[text.Length + 16], new byte[text.Length + 16]);
        Array.Fill<byte>(text, 0x5A);
        var key = text.AsSpan(0, 32);
        var nonce = text.AsSpan(0, 12);
        using var framework = new AesGcm(key, 16);
        framework.Encrypt(
            nonce,
            text,
            expected.AsSpan(0, text.Length),
            expected.AsSpan(text.Length)
        );
        using var ours = new IpsecAesGcm(key);
        ours.Encrypt(nonce, [], text, box);
        var opened = new byte[text.Length];
        return box.AsSpan().SequenceEqual(expected)
            && ours.TryDecrypt(nonce, [], box, opened)
            && opened.AsSpan().SequenceEqual(text);
    }
}
