using FriendNet.Tests.EndToEnd;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// A real disk that at will takes nothing and gives no error, as one that is pulled out of a
/// network does; skips the test where none may be mounted.
/// </summary>
internal sealed class FrozenDisk : IDisposable
{
    private const long Bytes = 256L << 20;

    private FrozenDisk(string path) => Path = path;

    internal string Path { get; }

    internal static FrozenDisk Mount(string folder)
    {
        var image = System.IO.Path.Join(folder, "disk.img");
        using (var file = File.Create(image))
            file.SetLength(Bytes);
        var path = Directory.CreateDirectory(System.IO.Path.Join(folder, "disk")).FullName;
        Assert.SkipUnless(
            SmallDisk.Run("mkfs.ext4", "-q", image) == 0
                && SmallDisk.Run("mount", "-o", "loop", image, path) == 0,
            "Mounting a disk needs the rights of root, a loop device and mkfs.ext4."
        );
        return new(path);
    }

    internal void Freeze() => Assert.Equal(0, SmallDisk.Run("fsfreeze", "-f", Path));

    internal void Thaw() => SmallDisk.Run("fsfreeze", "-u", Path);

    public void Dispose()
    {
        Thaw();
        SmallDisk.Run("umount", "--lazy", Path);
    }
}
