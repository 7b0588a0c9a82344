namespace FriendNet.Tests.Style;

/// <summary>The repository's own text, for the tests that read it.</summary>
internal static class SourceTree
{
    internal static string Root { get; } = Find();

    internal static IEnumerable<SourceFile> Sources(params string[] folders) =>
        folders
            .SelectMany(folder =>
                Directory.EnumerateFiles(
                    Path.Combine(Root, folder),
                    "*.cs",
                    SearchOption.AllDirectories
                )
            )
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(
                Path.GetRelativePath(Root, path).Replace('\\', '/'),
                File.ReadAllLines(path)
            ));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FriendNet.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No FriendNet.sln above.");
    }
}

internal sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>Project and folder, as docs/architecture.md names it: "Protocol/Link".</summary>
    internal string Room
    {
        get
        {
            var parts = Path.Split('/');
            return parts.Length > 3 ? $"{parts[1]}/{parts[2]}" : parts[1];
        }
    }
}
