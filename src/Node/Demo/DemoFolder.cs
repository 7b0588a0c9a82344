using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Demo;

/// <summary>What a demo shares, and which folder of it is worth fetching.</summary>
/// <param name="Wanted">One right below; empty: all of it.</param>
internal sealed record DemoFolder(string Path, string Wanted, long WantedFiles, long WantedBytes)
{
    /// <summary>What Alice calls the share.</summary>
    public string ShareName => CanBeFound(System.IO.Path.GetFileName(Path)) ?? "shared";

    /// <summary>The wanted folder in Alice's catalog.</summary>
    public string WantedPath => Wanted.Length > 0 ? $"{ShareName}/{Wanted}" : ShareName;

    /// <param name="path">Null: the installed .NET, which whoever runs this has.</param>
    /// <exception cref="FailureException">Not there, or without files.</exception>
    public static DemoFolder Choose(string? path)
    {
        var folder = System.IO.Path.TrimEndingDirectorySeparator(
            System.IO.Path.GetFullPath(path ?? DotnetRoot())
        );
        if (!Directory.Exists(folder))
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"There is no folder {folder}: name another with --folder."
            );
        }

        var files = FilesOf(folder).ToList();
        if (files.Count == 0)
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"There are no files to fetch in {folder}: name another folder with --folder."
            );
        }

        return files
                .GroupBy(TopOf, StringComparer.Ordinal)
                .Where(top => CanBeFound(top.Key) is not null)
                .Select(top => Of(folder, top.Key, [.. top]))
                .MaxBy(top => top.WantedBytes)
            ?? Of(folder, "", files);
    }

    /// <summary>What is shared of it, by paths from there: no links, no unfit names.</summary>
    public static IEnumerable<FoundFile> FilesOf(string folder)
    {
        using var walk = new FolderWalk(folder, [], new Skips(), null);
        walk.Start("");
        while (walk.Next(out var file))
        {
            yield return file;
        }
    }

    private static DemoFolder Of(string folder, string wanted, List<FoundFile> files) =>
        new(folder, wanted, files.Count, files.Sum(file => file.Stat.Size));

    private static string TopOf(FoundFile file) =>
        file.Path.Contains('/', StringComparison.Ordinal)
            ? file.Path[..file.Path.IndexOf('/')]
            : "";

    // A name without letters cannot be searched for.
    private static string? CanBeFound(string name) =>
        CatalogPath.TryParse(name, out _) && SearchWords.Parse(name) is not null ? name : null;

    // …/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll, four levels down.
    private static string DotnetRoot() =>
        Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root
            ? root
            : System.IO.Path.Combine(
                AppContext.GetData("FX_DEPS_FILE") as string ?? "/",
                "../../../.."
            );
}
