using System.Text.RegularExpressions;
using Xunit;

namespace FriendNet.Tests.Style;

/// <summary>A folder refers only to folders above it in docs/architecture.md.</summary>
public sealed partial class FolderOrderTests
{
    private static readonly string[] Order = ReadOrder();

    [Fact]
    public void EveryFolderIsInTheList() =>
        Assert.Empty(
            SourceTree
                .Sources("src")
                .Select(file => file.Room)
                .Where(room => room.Contains('/', StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal)
                .Except(Order, StringComparer.Ordinal)
        );

    [Fact]
    public void ReferencesRunUpTheList()
    {
        var wrong =
            from file in SourceTree.Sources("src")
            let own = Array.IndexOf(Order, file.Room)
            where own >= 0
            from line in file.Lines
            let used = Reference().Match(line)
            where used.Success
            let room = $"{used.Groups[1].Value}/{used.Groups[2].Value}"
            where Array.IndexOf(Order, room) > own
            select $"{file.Path} refers down to {room}";

        Assert.NotEmpty(Order);
        Assert.Empty(wrong);
    }

    private static string[] ReadOrder() =>
        [
            .. File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "architecture.md"))
                .Select(line => Row().Match(line))
                .Where(row => row.Success)
                .Select(row => row.Groups[1].Value),
        ];

    [GeneratedRegex(@"^\| ((?:Crypto|Protocol|Node)/\w+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"FriendNet\.(Crypto|Protocol|Node)\.(\w+)")]
    private static partial Regex Reference();
}
