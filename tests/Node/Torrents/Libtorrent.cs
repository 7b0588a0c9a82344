using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace FriendNet.Tests.Node.Torrents;

/// <summary>What libtorrent says of a .torrent.</summary>
/// <param name="Files">Length, root, and path with the torrent's name in front.</param>
internal sealed record Shown(string InfoHash, string Magnet, IReadOnlyList<string> Files);

/// <summary>Debian's python3-libtorrent, by torrents.py beside this.</summary>
internal static class Libtorrent
{
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    internal static void SkipUnlessInstalled() =>
        Assert.SkipUnless(
            Directory.Exists("/usr/share/doc/python3-libtorrent"),
            "python3-libtorrent is not installed: ./dev test installs it."
        );

    /// <param name="version">v1, v2 or hybrid.</param>
    internal static string Create(string file, long pieceBytes, string version, string path)
    {
        var piece = pieceBytes.ToString(CultureInfo.InvariantCulture);
        Assert.Empty(Run("create", file, piece, version, path));
        return file;
    }

    internal static Shown Show(string file)
    {
        var lines = Run("show", file);
        return new(lines[0], lines[1], lines[2..]);
    }

    /// <summary>That a client would seed at once from this folder, with all of the bytes.</summary>
    internal static void Seeds(string file, string folder, long bytes) =>
        Assert.Equal([$"seeding 1.0 {bytes}"], Run("check", file, folder));

    private static string[] Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, [Script(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Bound))
            process.Kill();
        Assert.True(process.WaitForExit(Bound) && process.ExitCode == 0, error.Result);
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "torrents.py");
}
