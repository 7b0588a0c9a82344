using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>A disk of a few MiB; skips the test where none may be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    internal string Path { get; }

    internal static SmallDisk Mount(string path, int mebibytes)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m");
        Assert.SkipUnless(
            Run("mount", "-t", "tmpfs", "-o", size, "tmpfs", path) == 0,
            "Mounting a small disk needs the rights of root."
        );
        return new SmallDisk(path);
    }

    public void Dispose() => Run("umount", "--lazy", Path);

    internal static int Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
