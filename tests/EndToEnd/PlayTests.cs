using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// The real program writes a file to a pipe while it arrives, through a friend who passes on 2 MB
/// a second.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class PlayTests
{
    private const int Mib = 1 << 20;
    private const int Bytes = 20 * Mib;
    private const int Late = 18 * Mib;

    [Fact]
    public async Task AFileIsPlayedFromItsBeginningAndFromAPlaceFarAheadWhileItArrives()
    {
        LiveNode.SkipUnlessPublished();
        using var line = new RelayLine(Bytes, "2MB", "bob");
        await line.Get();

        using var late = line.Far.Launch("transfer", "play", "1", "--from", $"{Late}");
        using var whole = line.Far.Launch("transfer", "play", "1");
        var all = Read(whole.StandardOutput.BaseStream, Bytes);
        var first = await Read(late.StandardOutput.BaseStream, Mib);
        var now = await line.Far.Ask("/transfers/1", ContractJson.Default.Transfer);
        var film = await File.ReadAllBytesAsync(line.Film, Cancel);

        Assert.Equal(film[Late..(Late + Mib)], first);
        // In order it would have come last.
        Assert.InRange(now.Done, Mib, Late - 1);
        Assert.Equal(
            film[(Late + Mib)..],
            await Read(late.StandardOutput.BaseStream, Bytes - Late - Mib)
        );
        Assert.Equal(film, await all);
        await whole.WaitForExitAsync(Cancel);
        Assert.Equal("", await whole.StandardError.ReadToEndAsync(Cancel));
        Assert.Equal(0, whole.ExitCode);
        await line.Done();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<byte[]> Read(Stream player, int bytes)
    {
        var read = new byte[bytes];
        await player.ReadExactlyAsync(read, Cancel);
        return read;
    }
}
