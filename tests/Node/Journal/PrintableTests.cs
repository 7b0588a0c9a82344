using FriendNet.Node.Journal;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Journal;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain name.txt", "plain name.txt")]
    [InlineData("Überraschung 日本 😀", "Überraschung 日本 😀")]
    [InlineData("a\nb", @"a\u{A}b")]
    [InlineData("\u001b[31mred", @"\u{1B}[31mred")]
    [InlineData("exe.\u202Egpj", @"exe.\u{202E}gpj")]
    [InlineData("a\u2066b\u2069", @"a\u{2066}b\u{2069}")]
    [InlineData("a\u200Bb\uFEFF", @"a\u{200B}b\u{FEFF}")]
    [InlineData("a\u2028b", @"a\u{2028}b")]
    [InlineData("\u0085\u009b1m", @"\u{85}\u{9B}1m")]
    [InlineData("family 👨\u200D👩", "family 👨\u200D👩")]
    [InlineData("tag \U000E0041", @"tag \u{E0041}")]
    public void NothingUnseenStays(string name, string shown) =>
        Assert.Equal(shown, Printable.Escape(name));

    [Fact]
    public void BrokenSurrogatesAreSpelledOut() =>
        Assert.Equal(@"a\u{D800}b\u{DC00}", Printable.Escape("a\uD800b\uDC00"));

    [Fact]
    public void AnEventIsOneLineWithItsLevel()
    {
        using var text = new StringWriter();
        using var lines = new JournalLines(text, LogLevel.Information);
        var log = lines.CreateLogger("FriendNet.Node.Links.Gate");
        log.LogDebug("not shown");
        log.LogInformation("hello {Who}", "a\nb");
        log.LogError("bad");

        Assert.Equal("<6>Gate: hello a\\u{A}b\n<3>Gate: bad\n", text.ToString());
    }
}
