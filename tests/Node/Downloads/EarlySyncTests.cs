using FriendNet.Node.Downloads;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

public sealed class EarlySyncTests
{
    private const int Mebibyte = 1024 * 1024;
    private readonly EarlySync _early = new();
    private int _syncs;

    [Fact]
    public void ItIsDueEverySixteenMebibytes()
    {
        for (var written = 1; written <= 47; written++)
            _early.Wrote(Mebibyte, () => _syncs++);
        Assert.Equal(2, _syncs);
    }

    [Fact]
    public void OneThatIsDueWhileOneRunsIsSkipped()
    {
        _early.Wrote(
            16 * Mebibyte,
            () =>
            {
                _syncs++;
                _early.Wrote(16 * Mebibyte, () => _syncs++);
            }
        );
        Assert.Equal(1, _syncs);
        // What came meanwhile counts for the next.
        _early.Wrote(1, () => _syncs++);
        Assert.Equal(2, _syncs);
    }

    [Fact]
    public void AFailureIsToldAndTheNextComesAllTheSame()
    {
        Assert.Throws<IOException>(() =>
            _early.Wrote(16 * Mebibyte, () => throw new IOException())
        );
        _early.Wrote(16 * Mebibyte, () => _syncs++);
        Assert.Equal(1, _syncs);
    }
}
