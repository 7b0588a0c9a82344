using System.Globalization;
using System.Reflection;
using FriendNet.Protocol.Bounds;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Protocol.Bounds;

public sealed class LimitsTests
{
    [Fact]
    public void TheDocumentHasTheLimitsOfTheCode()
    {
        var code = typeof(Limits)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => $"{field.Name} {Convert.ToInt64(field.GetValue(null), Culture)}");
        var document = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "protocol.md"))
            .SkipWhile(line => line != "## Limits")
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && long.TryParse(cells[2], Culture, out _))
            .Select(cells => $"{cells[1]} {cells[2]}");
        // The code parts them into files, the document does not: order is for readers.
        Assert.Equal(code.Order(StringComparer.Ordinal), document.Order(StringComparer.Ordinal));
    }

    private static CultureInfo Culture => CultureInfo.InvariantCulture;
}
