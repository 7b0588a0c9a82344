using System.Text;
using FriendNet.Node.Demo;
using Xunit;

namespace FriendNet.Tests.Node.Demo;

/// <summary>The proof can fail: whatever of the folder is in a record, it finds.</summary>
public sealed class CaptureProofTests : IDisposable
{
    private const int SampleBytes = 16;
    private readonly TempHome _temp = new();
    private readonly byte[] _long = Noise(3_000_000, seed: 1);
    private readonly byte[] _id = Noise(32, seed: 2);
    private readonly CaptureProof _proof;

    public CaptureProofTests()
    {
        var folder = Path.Combine(_temp.Folder, "telling folder");
        Directory.CreateDirectory(Path.Combine(folder, "deeper down"));
        File.WriteAllBytes(Path.Combine(folder, "deeper down", "the long one"), _long);
        File.WriteAllBytes(Path.Combine(folder, "the short one"), Noise(100, seed: 3));
        _proof = new CaptureProof(folder, [_id]);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void TheFolderItselfHoldsEveryPiece()
    {
        Assert.Equal((3_000_000 / 4096) + 1 + 1, _proof.Samples);
        Assert.Equal(4, _proof.Names);
        Assert.Equal(_proof.Samples + _proof.Names + 1, _proof.Pieces);
        Assert.Equal(_proof.Pieces, _proof.FindInItself());
    }

    [Fact]
    public void NoiseHoldsNone() => Assert.Equal(0, Found(Noise(5_000_000, seed: 9)));

    [Fact]
    public void AnythingShorterThanAPieceIsNone() =>
        Assert.Equal(0, Found(_long.AsSpan(0, SampleBytes - 1)));

    /// <summary>Wherever it stands, also over the blocks that are read at a time.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData((1 << 20) - SampleBytes)]
    [InlineData((1 << 20) - 7)]
    [InlineData(4_000_000 - SampleBytes)]
    public void OneSampleIsFoundAnywhere(int at)
    {
        var record = Noise(4_000_000, seed: 9);
        _long.AsSpan(5 * 4096, SampleBytes).CopyTo(record.AsSpan(at));
        Assert.Equal(1, Found(record));
        record[at + SampleBytes - 1] ^= 1;
        Assert.Equal(0, Found(record));
    }

    [Fact]
    public void ARunOfTheFileIsFound() => Assert.Equal(2, Found(_long.AsSpan(777_777, 8192)));

    [Fact]
    public void NamesAndIdsAreFound()
    {
        Assert.Equal(1, Found(Encoding.UTF8.GetBytes("open deeper down now")));
        Assert.Equal(2, Found(Encoding.UTF8.GetBytes("telling folder/the short one")));
        Assert.Equal(1, Found(_id));
    }

    private int Found(ReadOnlySpan<byte> record)
    {
        var file = Path.Combine(_temp.Folder, "record");
        File.WriteAllBytes(file, record);
        return _proof.Find(file);
    }

    private static byte[] Noise(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
