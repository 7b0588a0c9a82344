using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>Opens files below a folder and nowhere else, no link followed.</summary>
public static unsafe class Beneath
{
    // O_NONBLOCK | O_NOCTTY: a pipe or terminal must not hold us.
    private const int ReadFlags = Libc.ReadOnly | Libc.NonBlocking | 0x100;

    // O_PATH.
    private const int PathOnly = 0x200000;

    /// <summary>
    /// Opens the file at a '/'-separated path below <paramref name="folder"/> for reading;
    /// 0 or an errno.
    /// </summary>
    public static int OpenRead(string folder, string relativePath, out SafeFileHandle? file)
    {
        file = null;
        try
        {
            Span<byte> name = stackalloc byte[CName.Max];
            fixed (byte* p = CName.Write(folder, name))
            {
                var flags = PathOnly | Libc.FolderOnly | Libc.CloseOnExec;
                var descriptor = Libc.OpenAt(Libc.AtCurrentFolder, p, flags, 0);
                if (descriptor < 0)
                    return Marshal.GetLastPInvokeError();
                using var root = new Descriptor(descriptor, folder);
                var opened = Resolution.Open(root, relativePath, ReadFlags, 0);
                if (opened < 0)
                    return Marshal.GetLastPInvokeError();
                file = new SafeFileHandle(opened, ownsHandle: true);
                return 0;
            }
        }
        catch (DiskException e)
        {
            // A path longer than any that is shared.
            return e.Error;
        }
    }
}
