using System.Security.Cryptography;

namespace FriendNet.Node.Demo;

/// <summary>A folder of random files with telling names, which nobody else has.</summary>
internal static class MadeFolder
{
    public const string Name = "Lighthouse Letters";
    private const int KilobyteBytes = 1000;

    private static readonly (string Path, int Kilobytes)[] Files =
    [
        ("1987 Winter/The keeper's diary.pdf", 4_100),
        ("1987 Winter/Storm over the northern reef.flac", 9_800),
        ("1987 Winter/Wreck of the Amalthea, photographs.zip", 8_200),
        ("1988 Spring/A lamp that would not light.txt", 310),
        ("1988 Spring/Gulls at the eastern window.jpg", 2_700),
        ("1988 Spring/Inspection by the harbour board.mp4", 14_600),
        ("1988 Spring/Letter that was never sent.txt", 16),
        ("1989 Summer/Erin's first crossing.mkv", 17_300),
        ("1989 Summer/Map of the hidden landing.png", 3_900),
        ("1989 Summer/Songs of the last keeper.ogg", 6_400),
    ];

    /// <returns>Its path.</returns>
    public static async Task<string> Make(string parent, CancellationToken cancel)
    {
        var folder = Path.Combine(parent, Name);
        foreach (var (path, kilobytes) in Files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var bytes = RandomNumberGenerator.GetBytes(kilobytes * KilobyteBytes);
            await File.WriteAllBytesAsync(file, bytes, cancel);
        }

        return folder;
    }
}
