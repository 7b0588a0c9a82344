using FriendNet.Node.Linux;
using Xunit;

namespace FriendNet.Tests.Node.Linux;

/// <summary>Each path is looked up in its own folder, whatever was looked at before.</summary>
public sealed class NeighboursTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Same_names_in_other_folders_are_other_files()
    {
        string[] paths = ["x", "a/x", "a/y", "b/x", "a/x", "a/b/x", "b/x", "x"];
        var size = 1;
        foreach (var path in paths.Distinct())
        {
            var full = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, new byte[size++]);
        }

        using var folder = Folder.Open(_root);
        using var near = new Neighbours(folder);
        foreach (var path in paths)
        {
            Assert.True(near.TryStat(path, out var stat));
            Assert.Equal(new FileInfo(Path.Combine(_root, path)).Length, stat.Size);
        }

        string[] absent = ["b/y", "c/x", "c/x", "x/x", "z"];
        Assert.All(absent, path => Assert.False(near.TryStat(path, out _)));
        Assert.True(near.TryStat("b/x", out _));
    }

    [Fact]
    public void A_link_to_a_folder_is_not_followed()
    {
        Directory.CreateDirectory(Path.Combine(_root, "a"));
        File.WriteAllText(Path.Combine(_root, "a", "x"), "x");
        File.CreateSymbolicLink(Path.Combine(_root, "link"), "a");
        using var folder = Folder.Open(_root);
        using var near = new Neighbours(folder);
        Assert.True(near.TryStat("a/x", out _));
        Assert.False(near.TryStat("link/x", out _));
    }
}
