using System.Text.RegularExpressions;
using Xunit;

namespace FriendNet.Tests.Style;

/// <summary>The habits of the house that no analyzer knows.</summary>
public sealed partial class SourceStyleTests
{
    private const int LinesMax = 300;
    private const int ColumnsMax = 100;

    [Fact]
    public void FilesAreShort() =>
        Assert.Empty(
            SourceTree
                .Sources("src", "bench")
                .Where(file => file.Lines.Length > LinesMax)
                .Select(file => $"{file.Path} has {file.Lines.Length} lines")
        );

    [Fact]
    public void LinesAreShort() =>
        Assert.Empty(
            from file in SourceTree.Sources("src", "tests", "bench")
            from line in file.Lines.Index()
            where line.Item.Length > ColumnsMax && !line.Item.Contains("http", Ordinal)
            select $"{file.Path}:{line.Index + 1} has {line.Item.Length} columns"
        );

    [Fact]
    public void TypesAreNamedForWhatTheyAre() =>
        Assert.Empty(
            from file in SourceTree.Sources("src")
            from line in file.Lines.Index()
            let type = TypeDeclaration().Match(line.Item)
            where type.Success && BannedName().IsMatch(type.Groups[1].Value)
            select $"{file.Path}:{line.Index + 1} names a type {type.Groups[1].Value}"
        );

    [Fact]
    public void NothingIsLeftForLater() =>
        Assert.Empty(
            from file in SourceTree.Sources("src", "bench")
            from line in file.Lines.Index()
            where LeftForLater().IsMatch(line.Item)
            select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}"
        );

    [Fact]
    public void NobodySleeps() =>
        Assert.Empty(
            from file in SourceTree.Sources("src", "tests")
            from line in file.Lines.Index()
            where line.Item.Contains("Thread" + ".Sleep", Ordinal)
            select $"{file.Path}:{line.Index + 1}"
        );

    [Fact]
    public void OnlyProgramStandsInARootNamespace() =>
        Assert.Empty(
            from file in SourceTree.Sources("src")
            where file.Path.Split('/').Length == 3 && !file.Path.EndsWith("/Program.cs", Ordinal)
            select file.Path
        );

    private const StringComparison Ordinal = StringComparison.Ordinal;

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Common|Base|Service|Impl)$")]
    private static partial Regex BannedName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex LeftForLater();
}
