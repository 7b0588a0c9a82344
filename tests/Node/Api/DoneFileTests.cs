using System.Net;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>Files that are in place.</summary>
public sealed class DoneFileTests : FileEndpointsSetup
{
    [Fact]
    public async Task A_file_that_is_done_is_served_with_all_that_a_player_asks()
    {
        var bytes = SeededBytes.Of((2 * Mib) + 5);
        var id = Start("Müller's \"film\".mp4", bytes);
        Node.WaitFor(id);
        using var all = await Get(id);
        Assert.Equal(bytes, await all.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("bytes", Assert.Single(all.Headers.AcceptRanges));
        Assert.Equal("video/mp4", all.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Müller's \"film\".mp4", all.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(all.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("sandbox", Assert.Single(all.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal($"\"{Friend.Add(bytes).Root}\"", all.Headers.ETag?.Tag);

        using var end = await Get(id, new(null, 7));
        Assert.Equal(bytes[^7..], await end.Content.ReadAsByteArrayAsync(Cancel));
        var range = end.Content.Headers.ContentRange;
        Assert.Equal(new(bytes.Length - 7, bytes.Length - 1, bytes.Length), range);

        using var beyond = await Get(id, new(bytes.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(new(bytes.Length), beyond.Content.Headers.ContentRange);

        using var head = new HttpRequestMessage(HttpMethod.Head, Path(id, 1));
        using var told = await Http.SendAsync(head, Cancel);
        Assert.Equal(bytes.Length, told.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
    }

    [Fact]
    public async Task A_done_file_that_is_another_one_now_is_not_served()
    {
        var id = Start("film.mkv", SeededBytes.Of(2 * Mib));
        Node.WaitFor(id);
        await File.AppendAllTextAsync(Node.PathOf("film.mkv"), "more", Cancel);
        using var answer = await Get(id);
        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.Contains("film.mkv", await answer.Content.ReadAsStringAsync(Cancel), Ordinal);
    }

    [Fact]
    public async Task A_done_file_that_is_cut_while_it_is_read_breaks_off()
    {
        var bytes = SeededBytes.Of(40 * Mib);
        var id = Start("film.mkv", bytes);
        Node.WaitFor(id);
        using var answer = await Get(id);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[Mib], Cancel);
        using (var film = File.OpenWrite(Node.PathOf("film.mkv")))
            film.SetLength(39 * Mib);
        await Assert.ThrowsAnyAsync<IOException>(() => Rest(body));
    }

    [Fact]
    public async Task What_is_done_is_served_from_under_the_name_that_was_free()
    {
        var bytes = SeededBytes.Of(2 * Mib);
        await File.WriteAllBytesAsync(Node.PathOf("film.mkv"), new byte[bytes.Length], Cancel);
        var id = Start("film.mkv", bytes);
        Node.WaitFor(id);
        using var answer = await Get(id);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(Cancel));
    }
}
