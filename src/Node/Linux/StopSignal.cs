using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>
/// Ends every wait on sockets that watches it; once set it stays set. eventfd(2).
/// </summary>
internal sealed unsafe class StopSignal : IDisposable
{
    private readonly SafeFileHandle _file;

    internal StopSignal()
    {
        var file = SocketCalls.EventFile(0, SocketCalls.EventFlags);
        _file =
            file >= 0
                ? new SafeFileHandle(file, ownsHandle: true)
                : throw new IOException("No event file could be made: too many open files.");
    }

    internal bool IsSet { get; private set; }

    internal int File => (int)_file.DangerousGetHandle();

    internal void Set()
    {
        IsSet = true;
        var one = 1UL;
        _ = SocketCalls.Write(_file, (byte*)&one, sizeof(ulong));
    }

    public void Dispose() => _file.Dispose();
}
