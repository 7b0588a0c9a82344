using FriendNet.Node.Paths;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

public sealed class RelayTapTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public void OnAFullDiskItStopsAndSaysSoOnce()
    {
        // A device that has room for nothing.
        using var tap = new RelayTap("/dev/full", _warnings.Add);
        tap.Note([1, 2, 3]);
        tap.Note([4, 5, 6]);
        Assert.Contains("No space left", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void ItTakesSoMuchAndNoMore()
    {
        var path = Path.GetTempFileName();
        using (var tap = new RelayTap(path, _warnings.Add, bytesMax: 5))
        {
            tap.Note([1, 2, 3]);
            tap.Note([4, 5, 6]);
            tap.Note([7]);
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(_warnings);
        File.Delete(path);
    }
}
