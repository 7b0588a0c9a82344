using System.Net.Http.Headers;
using System.Net.Sockets;
using FriendNet.Node.Api;
using FriendNet.Node.Journal;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Downloads;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>
/// A real transfer, from a friend in memory that holds runs back, read by a real HTTP client
/// through the Unix socket.
/// </summary>
public abstract class FileEndpointsSetup : IAsyncLifetime
{
    private protected const int Mib = 1024 * 1024;
    private protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TempHome _temp = new();
    private readonly StringWriter _log = new();
    private ApiHost? _host;

    private protected const StringComparison Ordinal = StringComparison.Ordinal;

    protected FileEndpointsSetup()
    {
        _temp.Home.Create();
        Node = new OneNode(_temp.Folder, Friend);
        Friend.Before = run =>
        {
            if (IsHeld(run.Run))
                Assert.True(Go.Wait(Bound));
        };
        Http = new(
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

    private protected MemoryFriend Friend { get; } = new();

    private protected ManualResetEventSlim Go { get; } = new();

    private protected HttpClient Http { get; }

    private protected OneNode Node { get; }

    /// <summary>Runs that wait until they are let go.</summary>
    private protected Func<int, bool> IsHeld { get; set; } = _ => false;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _host = await ApiHost.Start(
            _temp.Home,
            [new FileEndpoints(Node.Downloader)],
            new JournalLines(_log, LogLevel.Information),
            Cancel
        );

    public async ValueTask DisposeAsync()
    {
        Go.Set();
        Http.Dispose();
        await _host!.DisposeAsync();
        Node.Dispose();
        Go.Dispose();
        _log.Dispose();
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Uri Path(TransferId id, object? file = null) =>
        new($"transfers/{id.Value}/files{(file is null ? "" : $"/{file}")}", UriKind.Relative);

    private protected static async Task<byte[]> Rest(Stream body)
    {
        using var rest = new MemoryStream();
        await body.CopyToAsync(rest, Cancel);
        return rest.ToArray();
    }

    private protected static Task Until(Func<bool> isSo) => Until(() => Task.FromResult(isSo()));

    private protected static async Task Until(Func<Task<bool>> isSo)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await isSo())
            await timer.WaitForNextTickAsync(bound.Token);
    }

    private protected TransferId Start(string name, byte[] bytes) =>
        Node.Downloader.StartFile(name, Friend.Add(bytes), Node.Destination);

    private protected Task<HttpResponseMessage> Get(
        TransferId id,
        RangeItemHeaderValue? range = null
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path(id, 1));
        if (range is not null)
        {
            request.Headers.Range = new();
            request.Headers.Range.Ranges.Add(range);
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }
}
