using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using FriendNet.Node.Api;
using FriendNet.Node.Journal;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Downloads;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>
/// A real transfer, from a friend in memory that holds runs back, read by a real HTTP client
/// through the Unix socket.
/// </summary>
public sealed class FileEndpointsTests : IAsyncLifetime
{
    private const int Mib = 1024 * 1024;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TempHome _temp = new();
    private readonly StringWriter _log = new();
    private readonly MemoryFriend _friend = new();
    private readonly ManualResetEventSlim _go = new();
    private readonly HttpClient _http;
    private readonly OneNode _node;
    private ApiHost? _host;

    /// <summary>Runs that wait until they are let go.</summary>
    private Func<int, bool> _isHeld = _ => false;

    public FileEndpointsTests()
    {
        _temp.Home.Create();
        _node = new OneNode(_temp.Folder, _friend);
        _friend.Before = run =>
        {
            if (_isHeld(run.Run))
                Assert.True(_go.Wait(Bound));
        };
        _http = new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var (unix, none) = (AddressFamily.Unix, ProtocolType.Unspecified);
                    var socket = new Socket(unix, SocketType.Stream, none);
                    var place = new UnixDomainSocketEndPoint(_temp.Home.ApiSocket);
                    await socket.ConnectAsync(place, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new("http://friendnet/api/v1/"),
            Timeout = Bound,
        };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _host = await ApiHost.Start(
            _temp.Home,
            [new FileEndpoints(_node.Downloader)],
            new JournalLines(_log, LogLevel.Information),
            Cancel
        );

    public async ValueTask DisposeAsync()
    {
        _go.Set();
        _http.Dispose();
        await _host!.DisposeAsync();
        _node.Dispose();
        _go.Dispose();
        _log.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Bytes_are_served_while_the_rest_is_still_to_come()
    {
        var bytes = Some((9 * Mib) + 321);
        _isHeld = run => run >= 3;
        var id = Start("film.mkv", bytes);
        using var answer = await Get(id);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(bytes.Length, answer.Content.Headers.ContentLength);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var first = new byte[3 * Mib];
        await body.ReadExactlyAsync(first, Cancel);
        Assert.True(first.AsSpan().SequenceEqual(bytes.AsSpan(0, first.Length)));
        Assert.False(_node.Downloader.WhenEnded(id)!.IsCompleted);

        _go.Set();
        Assert.Equal(bytes[first.Length..], await Rest(body));
    }

    [Fact]
    public async Task A_seek_is_asked_of_the_friend_before_what_lies_between()
    {
        var bytes = Some(60 * Mib);
        _isHeld = run => run is >= 2 and < 40;
        var id = Start("film.mkv", bytes);
        // The friend stands still in run 2 until the seek is there, with up to 15 asked behind it.
        var seeking = Get(id, new(40L * Mib, (44L * Mib) - 1));
        await Until(() => _node.Sought.Any(one => one.Run == 40));
        _go.Set();
        using var answer = await seeking;
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(
            bytes[(40 * Mib)..(44 * Mib)],
            await answer.Content.ReadAsByteArrayAsync(Cancel)
        );
        int[] asked;
        lock (_friend.Asked)
            asked = [.. _friend.Asked.Select(run => run.Run)];
        Assert.True(Array.IndexOf(asked, 40) < 20, string.Join(' ', asked));
        _node.WaitFor(id);
    }

    [Fact]
    public async Task The_engine_hears_where_a_reader_is_how_quick_it_is_and_that_it_left()
    {
        var more = new TaskCompletionSource();
        _friend.Before = run =>
        {
            if (run.Run is 5 or 8)
                Assert.True(run.Run == 5 ? more.Task.Wait(Bound) : _go.Wait(Bound));
        };
        var id = Start("film.mkv", Some(12 * Mib));
        // Before it reads: who seeks has other runs asked again, behind the held one.
        await Until(() => _node.Downloader.Find(id)!.BytesStored == 5 * Mib);
        using (var answer = await Get(id))
        {
            await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
            await body.ReadExactlyAsync(new byte[5 * Mib], Cancel);
            await Until(() => _node.Sought.Any(one => one.Run == 5));
            // Its rate is that of whole seconds.
            var second = Environment.TickCount64 / 1000;
            await Until(() => Environment.TickCount64 / 1000 > second);
            more.SetResult();
            await body.ReadExactlyAsync(new byte[3 * Mib], Cancel);
            await Until(() => _node.Sought.Any(one => one.Run == 8));
        }

        await Until(() => _node.Sought.Last().Runs == 0);
        var told = _node.Sought.SkipLast(1).ToArray();
        Assert.Equal(Enumerable.Range(0, 9), told.Select(one => one.Run));
        Assert.Equal(Limits.ReadAheadRunsMin, told[0].Runs);
        Assert.InRange(told[8].Runs, Limits.ReadAheadRunsMin + 1, Limits.ReadAheadRunsMax);
    }

    [Fact]
    public async Task What_is_open_goes_on_when_the_file_is_renamed_and_even_removed()
    {
        var bytes = Some(20 * Mib);
        _isHeld = run => run >= 5;
        var id = Start("film.mkv", bytes);
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var first = new byte[Mib];
        await body.ReadExactlyAsync(first, Cancel);
        _go.Set();
        _node.WaitFor(id);
        File.Delete(_node.PathOf("film.mkv"));

        Assert.Equal(bytes[Mib..], await Rest(body));
    }

    [Fact]
    public async Task A_file_that_is_done_is_served_with_all_that_a_player_asks()
    {
        var bytes = Some((2 * Mib) + 5);
        var id = Start("Müller's \"film\".mp4", bytes);
        _node.WaitFor(id);
        using var all = await Get(id);
        Assert.Equal(bytes, await all.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("bytes", Assert.Single(all.Headers.AcceptRanges));
        Assert.Equal("video/mp4", all.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Müller's \"film\".mp4", all.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(all.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("sandbox", Assert.Single(all.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal($"\"{_friend.Add(bytes).Root}\"", all.Headers.ETag?.Tag);

        using var end = await Get(id, new(null, 7));
        Assert.Equal(bytes[^7..], await end.Content.ReadAsByteArrayAsync(Cancel));
        var range = end.Content.Headers.ContentRange;
        Assert.Equal(new(bytes.Length - 7, bytes.Length - 1, bytes.Length), range);

        using var beyond = await Get(id, new(bytes.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(new(bytes.Length), beyond.Content.Headers.ContentRange);

        using var head = new HttpRequestMessage(HttpMethod.Head, Path(id, 1));
        using var told = await _http.SendAsync(head, Cancel);
        Assert.Equal(bytes.Length, told.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
    }

    [Fact]
    public async Task A_done_file_that_is_another_one_now_is_not_served()
    {
        var id = Start("film.mkv", Some(2 * Mib));
        _node.WaitFor(id);
        await File.AppendAllTextAsync(_node.PathOf("film.mkv"), "more", Cancel);
        using var answer = await Get(id);
        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.Contains("film.mkv", await answer.Content.ReadAsStringAsync(Cancel), Ordinal);
    }

    [Fact]
    public async Task A_done_file_that_is_cut_while_it_is_read_breaks_off()
    {
        var bytes = Some(40 * Mib);
        var id = Start("film.mkv", bytes);
        _node.WaitFor(id);
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[Mib], Cancel);
        using (var film = File.OpenWrite(_node.PathOf("film.mkv")))
            film.SetLength(39 * Mib);
        await Assert.ThrowsAnyAsync<IOException>(() => Rest(body));
    }

    [Fact]
    public async Task What_is_done_is_served_from_under_the_name_that_was_free()
    {
        var bytes = Some(2 * Mib);
        await File.WriteAllBytesAsync(_node.PathOf("film.mkv"), new byte[bytes.Length], Cancel);
        var id = Start("film.mkv", bytes);
        _node.WaitFor(id);
        using var answer = await Get(id);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Files_of_a_folder_are_told_apart_small_and_empty_ones_too()
    {
        var (small, large) = (Some(1000), Some((3 * Mib) + 1));
        var id = _node.Downloader.StartFolder(
            "tree",
            [
                new("a/small.txt", _friend.Add(small)),
                new("a/large.bin", _friend.Add(large)),
                new("empty", default),
            ],
            _node.Destination
        );
        // Once while it arrives, once when it is done.
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(small, await _http.GetByteArrayAsync(Path(id, 1), Cancel));
            Assert.Equal(large, await _http.GetByteArrayAsync(Path(id, 2), Cancel));
            Assert.Empty(await _http.GetByteArrayAsync(Path(id, 3), Cancel));
            _node.WaitFor(id);
        }

        var list = await _http.GetStringAsync(Path(id), Cancel);
        Assert.Contains("{\"number\":2,\"path\":\"a/large.bin\",\"size\":3145729}", list, Ordinal);
        foreach (var missing in (string[])["0", "4", "-1", "x", "99999999999"])
        {
            using var no = await _http.GetAsync(Path(id, missing), Cancel);
            Assert.Equal(HttpStatusCode.NotFound, no.StatusCode);
        }
    }

    [Fact]
    public async Task A_run_that_is_wrong_is_never_served()
    {
        var bytes = Some(6 * Mib);
        _friend.Tamper = (run, data) =>
        {
            if (run.Run == 4)
                data.Span[0] ^= 1;
        };
        var id = Start("film.mkv", bytes);
        var reading = Get(id, new(4L * Mib, null));
        await Until(() => _node.Downloader.Find(id)!.Why is not null);
        Assert.False(reading.IsCompleted);
        Assert.True(_node.Downloader.Pause(id));
        using var answer = await reading;
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(
            "\"code\":\"cancelled\"",
            await answer.Content.ReadAsStringAsync(Cancel),
            Ordinal
        );
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    public async Task An_answer_breaks_off_when_the_transfer_does(string how)
    {
        _isHeld = run => run >= 3;
        var id = Start("film.mkv", Some(9 * Mib));
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[2 * Mib], Cancel);
        Assert.True(how == "pause" ? _node.Downloader.Pause(id) : _node.Downloader.Cancel(id));
        // Cut, not ended: nobody takes it for a whole file.
        await Assert.ThrowsAnyAsync<IOException>(() => Rest(body));
    }

    [Fact]
    public async Task Readers_are_counted_and_those_that_left_are_not()
    {
        _isHeld = run => run >= 1;
        var id = Start("film.mkv", Some(4 * Mib));
        List<HttpResponseMessage> readers = [];
        for (var reader = 0; reader < Limits.ReadersMax; reader++)
            readers.Add(await Get(id));
        Assert.All(readers, reader => Assert.Equal(HttpStatusCode.OK, reader.StatusCode));
        var ids = _node.Sought.Select(one => one.Reader);
        await Until(() => ids.Distinct().Count() == Limits.ReadersMax);
        using (var full = await Get(id))
            Assert.Contains(
                "close a player",
                await full.Content.ReadAsStringAsync(Cancel),
                Ordinal
            );

        readers[0].Dispose();
        await Until(async () =>
        {
            using var again = await Get(id);
            return again.StatusCode == HttpStatusCode.OK;
        });
        readers.ForEach(reader => reader.Dispose());
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static byte[] Some(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static Uri Path(TransferId id, object? file = null) =>
        new($"transfers/{id.Value}/files{(file is null ? "" : $"/{file}")}", UriKind.Relative);

    private static async Task<byte[]> Rest(Stream body)
    {
        using var rest = new MemoryStream();
        await body.CopyToAsync(rest, Cancel);
        return rest.ToArray();
    }

    private static Task Until(Func<bool> isSo) => Until(() => Task.FromResult(isSo()));

    private static async Task Until(Func<Task<bool>> isSo)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await isSo())
            await timer.WaitForNextTickAsync(bound.Token);
    }

    private TransferId Start(string name, byte[] bytes) =>
        _node.Downloader.StartFile(name, _friend.Add(bytes), _node.Destination);

    private Task<HttpResponseMessage> Get(TransferId id, RangeItemHeaderValue? range = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path(id, 1));
        if (range is not null)
        {
            request.Headers.Range = new();
            request.Headers.Range.Ranges.Add(range);
        }

        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }
}
