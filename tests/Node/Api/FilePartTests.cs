using FriendNet.Node.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>RFC 9110, 13.2.2 and 14, of a file of 10,000 bytes.</summary>
public sealed class FilePartTests
{
    private static readonly EntityTagHeaderValue Tag = new("\"root\"");

    [Theory]
    [InlineData(null, 200, 0, 10_000)]
    // 14.1.2: its own examples.
    [InlineData("bytes=0-499", 206, 0, 500)]
    [InlineData("bytes=500-999", 206, 500, 500)]
    [InlineData("bytes=-500", 206, 9_500, 500)]
    [InlineData("bytes=9500-", 206, 9_500, 500)]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=-1", 206, 9_999, 1)]
    [InlineData("BYTES=0-", 206, 0, 10_000)]
    // Beyond the end: what there is of it.
    [InlineData("bytes=9999-20000", 206, 9_999, 1)]
    [InlineData("bytes=-20000", 206, 0, 10_000)]
    [InlineData("bytes=0-9223372036854775807", 206, 0, 10_000)]
    // Nothing there.
    [InlineData("bytes=10000-", 416, 0, 0)]
    [InlineData("bytes=10000-10001", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    // Not understood, or several: as if it were not there.
    [InlineData("bytes=2-1", 200, 0, 10_000)]
    [InlineData("bytes=a-b", 200, 0, 10_000)]
    [InlineData("bytes=", 200, 0, 10_000)]
    [InlineData("bytes=-", 200, 0, 10_000)]
    [InlineData("bytes=99999999999999999999-", 200, 0, 10_000)]
    [InlineData("seconds=0-1", 200, 0, 10_000)]
    [InlineData("bytes=0-1,4-5", 200, 0, 10_000)]
    [InlineData("bytes=0-1,20000-", 200, 0, 10_000)]
    public void Ranges(string? range, int status, long from, long count) =>
        Assert.Equal(new FilePart(status, from, count), Of("GET", 10_000, ("Range", range)));

    [Theory]
    [InlineData("bytes=0-", 416)]
    [InlineData("bytes=-1", 200)]
    [InlineData(null, 200)]
    public void An_empty_file_has_no_part(string? range, int status) =>
        Assert.Equal(new FilePart(status, 0, 0), Of("GET", 0, ("Range", range)));

    [Theory]
    [InlineData("\"root\"", 206)]
    [InlineData("W/\"root\"", 200)]
    [InlineData("\"other\"", 200)]
    [InlineData("Sat, 29 Oct 1994 19:43:31 GMT", 200)]
    [InlineData("nonsense", 200)]
    public void If_range_holds_for_the_same_content_only(string condition, int status) =>
        Assert.Equal(
            status,
            Of("GET", 10_000, ("Range", "bytes=0-9"), ("If-Range", condition)).Status
        );

    [Theory]
    [InlineData("If-Match", "\"root\"", 206)]
    [InlineData("If-Match", "\"a\", \"root\"", 206)]
    [InlineData("If-Match", "*", 206)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-Match", "W/\"root\"", 412)]
    [InlineData("If-None-Match", "\"root\"", 304)]
    [InlineData("If-None-Match", "W/\"root\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 206)]
    public void Preconditions_come_first(string header, string value, int status) =>
        Assert.Equal(status, Of("GET", 10_000, ("Range", "bytes=0-9"), (header, value)).Status);

    [Fact]
    public void Head_knows_no_ranges() =>
        Assert.Equal(new FilePart(200, 0, 10_000), Of("HEAD", 10_000, ("Range", "bytes=0-9")));

    private static FilePart Of(
        string method,
        long length,
        params (string Name, string? Value)[] headers
    )
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        foreach (var (name, value) in headers)
        {
            if (value is not null)
                request.Headers[name] = value;
        }

        return FilePart.Of(request, Tag, length);
    }
}
