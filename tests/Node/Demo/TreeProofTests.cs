using FriendNet.Node.Demo;
using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Demo;

public sealed class TreeProofTests : IDisposable
{
    private readonly TempHome _temp = new();

    public TreeProofTests()
    {
        foreach (var folder in (string[])["a", "b"])
        {
            Write(folder, "x/one", [1, 2, 3]);
            Write(folder, "two", new byte[3_000_000]);
            Write(folder, "none", []);
        }
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void EqualFoldersAreCounted() => Assert.Equal((3, 3_000_003), Compare());

    [Fact]
    public void OneByteIsEnough()
    {
        var other = new byte[3_000_000];
        other[2_999_999] = 1;
        Write("b", "two", other);
        Assert.Contains("two", Fails(), StringComparison.Ordinal);
    }

    [Fact]
    public void LengthsCount()
    {
        Write("b", "x/one", [1, 2]);
        Assert.Contains("lengths", Fails(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void SoDoFilesOnOneSideOnly(string side)
    {
        Write(side, "x/more", []);
        Assert.Contains("x/more", Fails(), StringComparison.Ordinal);
    }

    private void Write(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(_temp.Folder, folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private string Fails()
    {
        var failure = Assert.Throws<FailureException>(() => Compare());
        Assert.Equal(FailureKind.Corrupt, failure.Kind);
        return failure.Message;
    }

    private (long Files, long Bytes) Compare() =>
        TreeProof.Compare(
            Path.Combine(_temp.Folder, "a"),
            Path.Combine(_temp.Folder, "b"),
            TestContext.Current.CancellationToken
        );
}
