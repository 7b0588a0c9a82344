using System.Diagnostics;
using System.Runtime.CompilerServices;
using FriendNet.Crypto.Merkle;
using Xunit;

namespace FriendNet.Tests.Crypto.Merkle;

/// <summary>Roots and run layers equal those of python3-libtorrent.</summary>
public sealed class LibtorrentTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void RootsAndLayersOfTwoHundredFilesEqualLibtorrents()
    {
        Assert.SkipUnless(HasLibtorrent(), "python3-libtorrent is not installed (apt install it)");
        var directory = Directory.CreateTempSubdirectory("friendnet-bep52-");
        try
        {
            var lengths = Lengths();
            for (var i = 0; i < lengths.Count; i++)
                File.WriteAllBytes(
                    Path.Combine(directory.FullName, $"f{i}"),
                    new Sample(lengths[i], i).Bytes
                );
            var lines = Run(Script(), directory.FullName);
            Assert.Equal(lengths.Count, lines.Length);
            Assert.True(lengths.Count >= 200);
            foreach (var line in lines)
                Check(line.Split(' '), lengths);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Check(string[] fields, List<int> lengths)
    {
        var index = int.Parse(fields[0][1..]);
        Assert.Equal(lengths[index], int.Parse(fields[1]));
        var sample = new Sample(lengths[index], index);
        Assert.Equal(fields[2] == "-" ? new string('0', 64) : fields[2], sample.Root.ToString());
        var layer = string.Concat(sample.Layer.ToArray());
        Assert.Equal(fields[3] == "-" ? "" : fields[3], layer);
        Assert.Equal(MerkleTree.LayerCount(lengths[index]), sample.Layer.Length);
    }

    private static List<int> Lengths()
    {
        List<int> lengths = [0, 1, 16383, 16384, 16385, 100 << 20, (65 << 20) + 12345];
        for (var power = 1; power <= 24; power++)
            lengths.AddRange([(1 << power) - 1, 1 << power, (1 << power) + 1]);
        for (var runs = 2; runs <= 12; runs++)
            lengths.AddRange([(runs << 20) - 1, runs << 20, (runs << 20) + 1]);
        var random = new Random(52);
        while (lengths.Count < 200)
            lengths.Add(random.Next(1 << random.Next(10, 22)));
        return lengths;
    }

    private static bool HasLibtorrent() =>
        File.Exists(Python) && Run("-c", "import libtorrent; print(1)") is ["1"];

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "bep52.py");

    private static string[] Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
