namespace FriendNet.Tests.EndToEnd;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class Scratch : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("friendnet-test-").FullName;

    public static implicit operator string(Scratch scratch) => scratch.Path;

    public override string ToString() => Path;

    /// <summary>By rm: .NET cannot delete names that are no UTF-8.</summary>
    public void Dispose()
    {
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", "--", Path]);
        rm.WaitForExit();
    }

    internal string Folder(string name) =>
        Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    /// <summary>A file of random bytes, its folders included.</summary>
    internal string File(string name, long bytes, int seed = 1)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        var buffer = new byte[Math.Min(bytes, 1 << 20)];
        using var file = System.IO.File.Create(path);
        for (var left = bytes; left > 0; left -= buffer.Length)
        {
            random.NextBytes(buffer);
            file.Write(buffer, 0, (int)Math.Min(buffer.Length, left));
        }

        return path;
    }
}
