using System.Net;
using FriendNet.Protocol.Bounds;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>Files that arrive.</summary>
public sealed class FileEndpointsTests : FileEndpointsSetup
{
    [Fact]
    public async Task Bytes_are_served_while_the_rest_is_still_to_come()
    {
        var bytes = SeededBytes.Of((9 * Mib) + 321);
        IsHeld = run => run >= 3;
        var id = Start("film.mkv", bytes);
        using var answer = await Get(id);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(bytes.Length, answer.Content.Headers.ContentLength);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var first = new byte[3 * Mib];
        await body.ReadExactlyAsync(first, Cancel);
        Assert.True(first.AsSpan().SequenceEqual(bytes.AsSpan(0, first.Length)));
        Assert.False(Node.Downloader.WhenEnded(id)!.IsCompleted);

        Go.Set();
        Assert.Equal(bytes[first.Length..], await Rest(body));
    }

    [Fact]
    public async Task A_seek_is_asked_of_the_friend_before_what_lies_between()
    {
        var bytes = SeededBytes.Of(60 * Mib);
        IsHeld = run => run is >= 2 and < 40;
        var id = Start("film.mkv", bytes);
        // The friend stands still in run 2 until the seek is there, with up to 15 asked behind it.
        var seeking = Get(id, new(40L * Mib, (44L * Mib) - 1));
        await Until(() => Node.Sought.Any(one => one.Run == 40));
        Go.Set();
        using var answer = await seeking;
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(
            bytes[(40 * Mib)..(44 * Mib)],
            await answer.Content.ReadAsByteArrayAsync(Cancel)
        );
        int[] asked;
        lock (Friend.Asked)
            asked = [.. Friend.Asked.Select(run => run.Run)];
        Assert.True(Array.IndexOf(asked, 40) < 20, string.Join(' ', asked));
        Node.WaitFor(id);
    }

    [Fact]
    public async Task The_engine_hears_where_a_reader_is_how_quick_it_is_and_that_it_left()
    {
        var more = new TaskCompletionSource();
        Friend.Before = run =>
        {
            if (run.Run is 5 or 8)
                Assert.True(run.Run == 5 ? more.Task.Wait(Bound) : Go.Wait(Bound));
        };
        var id = Start("film.mkv", SeededBytes.Of(12 * Mib));
        // Before it reads: who seeks has other runs asked again, behind the held one.
        await Until(() => Node.Downloader.Find(id)!.BytesStored == 5 * Mib);
        using (var answer = await Get(id))
        {
            await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
            await body.ReadExactlyAsync(new byte[5 * Mib], Cancel);
            await Until(() => Node.Sought.Any(one => one.Run == 5));
            // Its rate is that of whole seconds.
            var second = Environment.TickCount64 / 1000;
            await Until(() => Environment.TickCount64 / 1000 > second);
            more.SetResult();
            await body.ReadExactlyAsync(new byte[3 * Mib], Cancel);
            await Until(() => Node.Sought.Any(one => one.Run == 8));
        }

        await Until(() => Node.Sought.Last().Runs == 0);
        var told = Node.Sought.SkipLast(1).ToArray();
        Assert.Equal(Enumerable.Range(0, 9), told.Select(one => one.Run));
        Assert.Equal(Limits.ReadAheadRunsMin, told[0].Runs);
        Assert.InRange(told[8].Runs, Limits.ReadAheadRunsMin + 1, Limits.ReadAheadRunsMax);
    }

    [Fact]
    public async Task What_is_open_goes_on_when_the_file_is_renamed_and_even_removed()
    {
        var bytes = SeededBytes.Of(20 * Mib);
        IsHeld = run => run >= 5;
        var id = Start("film.mkv", bytes);
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var first = new byte[Mib];
        await body.ReadExactlyAsync(first, Cancel);
        Go.Set();
        Node.WaitFor(id);
        File.Delete(Node.PathOf("film.mkv"));

        Assert.Equal(bytes[Mib..], await Rest(body));
    }

    [Fact]
    public async Task Files_of_a_folder_are_told_apart_small_and_empty_ones_too()
    {
        var (small, large) = (SeededBytes.Of(1000), SeededBytes.Of((3 * Mib) + 1));
        var id = Node.Downloader.StartFolder(
            "tree",
            [
                new("a/small.txt", Friend.Add(small)),
                new("a/large.bin", Friend.Add(large)),
                new("empty", default),
            ],
            Node.Destination
        );
        // Once while it arrives, once when it is done.
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(small, await Http.GetByteArrayAsync(Path(id, 1), Cancel));
            Assert.Equal(large, await Http.GetByteArrayAsync(Path(id, 2), Cancel));
            Assert.Empty(await Http.GetByteArrayAsync(Path(id, 3), Cancel));
            Node.WaitFor(id);
        }

        var list = await Http.GetStringAsync(Path(id), Cancel);
        Assert.Contains("{\"number\":2,\"path\":\"a/large.bin\",\"size\":3145729}", list, Ordinal);
        foreach (var missing in (string[])["0", "4", "-1", "x", "99999999999"])
        {
            using var no = await Http.GetAsync(Path(id, missing), Cancel);
            Assert.Equal(HttpStatusCode.NotFound, no.StatusCode);
        }
    }

    [Fact]
    public async Task A_run_that_is_wrong_is_never_served()
    {
        var bytes = SeededBytes.Of(6 * Mib);
        Friend.Tamper = (run, data) =>
        {
            if (run.Run == 4)
                data.Span[0] ^= 1;
        };
        var id = Start("film.mkv", bytes);
        var reading = Get(id, new(4L * Mib, null));
        await Until(() => Node.Downloader.Find(id)!.Why is not null);
        Assert.False(reading.IsCompleted);
        Assert.True(Node.Downloader.Pause(id));
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
        IsHeld = run => run >= 3;
        var id = Start("film.mkv", SeededBytes.Of(9 * Mib));
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[2 * Mib], Cancel);
        Assert.True(how == "pause" ? Node.Downloader.Pause(id) : Node.Downloader.Cancel(id));
        // Cut, not ended: nobody takes it for a whole file.
        await Assert.ThrowsAnyAsync<IOException>(() => Rest(body));
    }

    [Fact]
    public async Task Readers_are_counted_and_those_that_left_are_not()
    {
        IsHeld = run => run >= 1;
        var id = Start("film.mkv", SeededBytes.Of(4 * Mib));
        List<HttpResponseMessage> readers = [];
        for (var reader = 0; reader < Limits.ReadersMax; reader++)
            readers.Add(await Get(id));
        Assert.All(readers, reader => Assert.Equal(HttpStatusCode.OK, reader.StatusCode));
        var ids = Node.Sought.Select(one => one.Reader);
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
}
