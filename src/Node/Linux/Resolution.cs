using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>Opens names beneath a folder, following no link: openat2, or step by step.</summary>
internal static unsafe class Resolution
{
    // RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH
    private const ulong Resolve = 0x02 | 0x04 | 0x08;
    private const int TriesMax = 8;
    private static bool _openAt2Missing;

    /// <returns>A descriptor, or -1 with errno set.</returns>
    internal static int Open(Descriptor folder, ReadOnlySpan<char> relative, int flags, uint mode)
    {
        flags |= Libc.NoFollow | Libc.CloseOnExec;
        if (_openAt2Missing)
            return Walk(folder, relative, flags, mode);
        var how = new Libc.OpenHow
        {
            Flags = unchecked((uint)flags),
            Mode = mode,
            Resolve = Resolve,
        };
        Span<byte> buffer = stackalloc byte[CName.Max];
        fixed (byte* p = CName.Write(relative, buffer))
        {
            // The kernel says EAGAIN while something above the name is being renamed.
            for (var tries = 0; tries <= TriesMax; tries++)
            {
                var size = sizeof(Libc.OpenHow);
                var fd = (int)Libc.OpenAt2((nint)Libc.OpenAt2Number, folder.Number, p, &how, size);
                if (fd >= 0)
                    return fd;
                if (Marshal.GetLastPInvokeError() != DiskException.TryAgain)
                    break;
            }
        }

        // Linux before 5.6, or a sandbox that does not know the call (it says EPERM).
        if (
            Marshal.GetLastPInvokeError()
            is not (DiskException.NotImplemented or DiskException.NotPermitted)
        )
            return -1;
        var walked = Walk(folder, relative, flags, mode);
        _openAt2Missing |= walked >= 0;
        return walked;
    }

    /// <summary>One component at a time, each without following.</summary>
    internal static int Walk(Descriptor folder, ReadOnlySpan<char> relative, int flags, uint mode)
    {
        var at = folder.Number;
        Span<byte> buffer = stackalloc byte[CName.Max];
        while (true)
        {
            var slash = relative.IndexOf('/');
            var name = slash < 0 ? relative : relative[..slash];
            if (name is "" or "." or "..")
            {
                Marshal.SetLastPInvokeError(DiskException.CrossDevice);
                CloseStep(folder, at);
                return -1;
            }

            var step = Libc.ReadOnly | Libc.FolderOnly | Libc.NoFollow | Libc.CloseOnExec;
            int next;
            fixed (byte* p = CName.Write(name, buffer))
            {
                next = slash < 0 ? Libc.OpenAt(at, p, flags, mode) : Libc.OpenAt(at, p, step, 0);
            }

            var error = Marshal.GetLastPInvokeError();
            CloseStep(folder, at);
            Marshal.SetLastPInvokeError(error);
            if (next < 0 || slash < 0)
                return next;
            at = next;
            relative = relative[(slash + 1)..];
        }
    }

    private static void CloseStep(Descriptor folder, int at)
    {
        if (at != folder.Number)
            _ = Libc.Close(at);
    }
}
