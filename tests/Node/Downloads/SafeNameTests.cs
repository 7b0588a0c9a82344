using System.Text;
using FriendNet.Node.Downloads;
using FriendNet.Node.Shares;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

public sealed class SafeNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void Names_that_lead_elsewhere_are_refused(string given) =>
        Assert.False(SafeName.TryMake(given.AsSpan(), out _));

    [Theory]
    [InlineData("a\nb", "a_b")]
    [InlineData("a\u001b[31mb", "a_[31mb")]
    [InlineData("doc\u202Efdp.exe", "doc_fdp.exe")]
    [InlineData("a\u2066b\u2069c\u200Fd\u061Ce", "a_b_c_d_e")]
    [InlineData("über 漢字 👩.txt", "über 漢字 👩.txt")]
    [InlineData("...", "...")]
    [InlineData("-rf", "-rf")]
    [InlineData(" a ", " a ")]
    public void What_does_not_show_is_replaced(string given, string name)
    {
        Assert.True(SafeName.TryMake(given.AsSpan(), out var made));
        Assert.Equal(name, made);
    }

    [Fact]
    public void Half_a_character_is_replaced()
    {
        Assert.True(SafeName.TryMake(['a', '\uD800', 'b'], out var name));
        Assert.Equal("a_b", name);
    }

    [Fact]
    public void Bytes_that_are_no_Unicode_are_replaced()
    {
        Assert.True(SafeName.TryMake((byte[])[.. "a"u8, 0xFF, 0xC0, 0xAF, .. "b"u8], out var name));
        Assert.DoesNotContain('/', name);
        Assert.StartsWith("a_", name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_255_bytes_is_kept_and_one_more_refused()
    {
        Assert.True(SafeName.TryMake(new string('a', 255).AsSpan(), out _));
        Assert.False(SafeName.TryMake(new string('a', 256).AsSpan(), out _));
        Assert.False(SafeName.TryMake(new string('ü', 128).AsSpan(), out _));
    }

    [Theory]
    [InlineData("song.mp3", 1, false, "", "song.mp3")]
    [InlineData("song.mp3", 2, false, "", "song (2).mp3")]
    [InlineData("folder.d", 3, true, "", "folder.d (3)")]
    [InlineData(".hidden", 2, false, "", ".hidden (2)")]
    [InlineData("song.mp3", 2, false, ".friendnet-part", "song (2).mp3.friendnet-part")]
    public void Numbers_stand_before_the_extension(
        string name,
        int number,
        bool isFolder,
        string suffix,
        string numbered
    ) => Assert.Equal(numbered, SafeName.Numbered(name, number, isFolder, suffix));

    [Fact]
    public void Numbered_names_never_pass_255_bytes()
    {
        var name = new string('漢', 83) + ".txt";
        for (var number = 1; number < 2000; number += 37)
        {
            var numbered = SafeName.Numbered(name, number, false, PartName.Suffix);
            Assert.InRange(Encoding.UTF8.GetByteCount(numbered), 1, 255);
            Assert.EndsWith(".txt.friendnet-part", numbered, StringComparison.Ordinal);
            Assert.DoesNotContain('\uFFFD', numbered);
        }
    }

    [Fact]
    public void Paths_are_unique_and_no_file_stands_where_a_folder_must()
    {
        var paths = new SafePaths();
        Assert.Equal("a", paths.Add("a"));
        Assert.Equal("a (2)/b", paths.Add("a/b"));
        Assert.Equal("a (2)/c", paths.Add("a/c"));
        Assert.Equal("a (3)", paths.Add("a"));
        Assert.Equal("x_y", paths.Add("x\ny"));
        Assert.Equal("x_y (2)", paths.Add("x\ry"));
        Assert.Equal("x_y (3)/z", paths.Add("x\ty/z"));
        Assert.Equal("x_y (3)/z (2)", paths.Add("x\ty/z"));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    public void Paths_that_lead_outside_are_refused(string given) =>
        Assert.Null(new SafePaths().Add(given));

    [Fact]
    public void Paths_that_are_too_deep_or_long_are_refused()
    {
        Assert.Null(new SafePaths().Add(string.Join('/', Enumerable.Repeat("a", 65))));
        Assert.NotNull(new SafePaths().Add(string.Join('/', Enumerable.Repeat("a", 64))));
        var name = new string('a', 255);
        Assert.Null(new SafePaths().Add(string.Join('/', Enumerable.Repeat(name, 17))));
    }
}
