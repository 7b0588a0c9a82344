using System.Collections.Concurrent;
using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// At the end of a transfer two are asked for one thing, and both may bring it at once.
/// </summary>
public sealed class SecondCopyTests : IDisposable
{
    private const int Files = 400;
    private const int FileBytes = 2000;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;
    private readonly BlockingCollection<(Request Request, IStreamSink Sink)> _asked = [];
    private readonly BlockingCollection<(Request Request, IStreamSink Sink)> _askedTwice = [];

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _asked.Dispose();
        _askedTwice.Dispose();
    }

    [Fact]
    public void Small_files_that_come_twice_at_once_stand_once()
    {
        var files = new Dictionary<ContentId, (int Number, byte[] Bytes)>();
        var offered = new List<OfferedFile>();
        for (var i = 0; i < Files; i++)
        {
            var bytes = new byte[FileBytes];
            new Random(i).NextBytes(bytes);
            var id = new ContentId(MemoryFriend.RootOf(bytes), FileBytes);
            files[id] = (i, bytes);
            offered.Add(new($"f{i}", id));
        }

        using var node = new OneNode(_home, Open, () => { });
        var transfer = node.Downloader.StartFolder("tree", offered, node.Destination);
        var second = new FetchId(1_000_000);
        for (var came = 0; came < Files; )
        {
            var (request, one) = Next(_asked);
            Slice[] slices = [.. Runs(request).Select(run => new Slice(files[run.Id].Number, 0))];
            // As the engine asks another for what is late.
            node.Downloader.Handle(new Effect.Fetch(second, new(2), transfer, slices));
            second = new(second.Value + 1);
            var other = Next(_askedTwice).Sink;
            foreach (var run in Runs(request))
            {
                Send(one, files[run.Id].Bytes);
                Send(other, files[run.Id].Bytes);
            }

            one.Ended();
            other.Ended();
            came += slices.Length;
        }

        var end = node.WaitFor(transfer);
        Assert.Equal((TransferState.Done, null), (end.State, end.Why));
        foreach (var (number, bytes) in files.Values)
            Assert.Equal(bytes, File.ReadAllBytes(node.PathOf($"tree/f{number}")));
    }

    private Action? Open(LinkId link, Request request, int credit, IStreamSink sink)
    {
        (link.Value == 1 ? _asked : _askedTwice).Add((request, sink));
        return () => { };
    }

    private static (Request Request, IStreamSink Sink) Next(
        BlockingCollection<(Request Request, IStreamSink Sink)> from
    )
    {
        Assert.True(from.TryTake(out var asked, TimeSpan.FromSeconds(30)));
        return asked;
    }

    private static IEnumerable<RunOfContent> Runs(Request request) =>
        request.Fetch.Slices.Select(slice =>
            RunOfContent.TryParse(slice, out var run) ? run : throw new InvalidOperationException()
        );

    private static void Send(IStreamSink sink, byte[] bytes)
    {
        sink.Part(new SliceHeader().ToByteArray());
        var space = sink.DataSpace(bytes.Length);
        bytes.CopyTo(space);
        sink.DataReceived(bytes.Length);
    }
}
