using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using FriendNet.Node.Api;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Demo;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Api;

public sealed class ApiHostTests : IAsyncLifetime
{
    private readonly TempHome _temp = new();
    private readonly StringWriter _log = new();
    private readonly Odd _odd = new();
    private ApiHost? _host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ApiClient Api => new(_temp.Home);

    public async ValueTask InitializeAsync()
    {
        _temp.Home.Create();
        await File.WriteAllTextAsync(_temp.Home.ApiSocket, "left by a killed daemon", Cancel);
        _host = await ApiHost.Start(
            _temp.Home,
            [
                new StatusEndpoints(() => Some),
                new HealthEndpoints(() => _odd.Sickness, () => [Up("alice\n\"x\""), Up("bob")]),
                _odd,
            ],
            new JournalLines(_log, LogLevel.Information),
            Cancel
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _temp.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void OnlyTheOwnerMayOpenTheSocket() =>
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(_temp.Home.ApiSocket)
        );

    [Fact]
    public async Task StatusComesThroughTheCommandLine()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] words = ["status", "--json", "--home", _temp.Home.Folder];
        var code = await new CommandLine(DemoVerb.Build).Run(words, output, error, Cancel);

        Assert.Equal("", error.ToString());
        Assert.Equal(0, code);
        Assert.Contains("\"listen\":\"127.0.0.1:4100\"", output.ToString(), Ordinal);
        Assert.Contains("\"indexing\":true", output.ToString(), Ordinal);
        // ASCII only: a name cannot steer a terminal.
        Assert.Contains("Al\\u202Eice", output.ToString(), Ordinal);
    }

    [Fact]
    public async Task AFailureKeepsItsKindAndSentence()
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() =>
            Api.Post("/odd/fail", ContractJson.Default.Done, Cancel)
        );
        Assert.Equal(FailureKind.Corrupt, failure.Kind);
        Assert.Equal("It is \"bad\" – throw it away.", failure.Message);
    }

    [Fact]
    public async Task ABugIsLoggedAndNotShown()
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() =>
            Api.Post("/odd/bug", ContractJson.Default.Done, Cancel)
        );
        Assert.Equal(FailureKind.Internal, failure.Kind);
        Assert.DoesNotContain("secret", failure.Message, Ordinal);
        Assert.StartsWith("<3>Api: /api/v1/odd/bug", _log.ToString(), Ordinal);
    }

    [Theory]
    [InlineData(13, FailureKind.Disk)]
    [InlineData(11, FailureKind.Damaged)]
    [InlineData(-1, FailureKind.Disk)]
    public async Task ADiskThatRefusesIsNoBug(int sqlite, FailureKind kind)
    {
        _odd.Fault = sqlite < 0 ? new IOException("full") : new SqliteException("full", sqlite);
        var failure = await Assert.ThrowsAsync<FailureException>(() =>
            Api.Post("/odd/disk", ContractJson.Default.Done, Cancel)
        );
        Assert.Equal(kind, failure.Kind);
        Assert.Contains("full", failure.Message, Ordinal);
    }

    [Fact]
    public async Task UnknownCallsAreNotFound()
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() =>
            Api.Get("/nothing", ContractJson.Default.Done, Cancel)
        );
        Assert.Equal(FailureKind.NotFound, failure.Kind);
    }

    [Fact]
    public async Task EventsArriveOneByOneUntilTheEnd()
    {
        var seen = new List<long>();
        var events = Api.Events("/odd/events", ContractJson.Default.Transfer, Cancel);
        await foreach (var transfer in events)
        {
            seen.Add(transfer.Done);
            _odd.Go.Release();
        }

        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public async Task EventsThatBreakOffAreNoWholeAnswer()
    {
        var events = Api.Events("/odd/cut", ContractJson.Default.Transfer, Cancel);
        var failure = await Assert.ThrowsAsync<FailureException>(async () =>
            await events.LastAsync(Cancel)
        );
        Assert.Equal(FailureKind.NotRunning, failure.Kind);
    }

    [Theory]
    [InlineData("POST /api/v1/odd/body HTTP/1.0\r\nContent-Length: 9\r\n\r\n{\"link\":3", "400")]
    [InlineData("POST /api/v1/odd/body HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", "400")]
    [InlineData("POST /api/v1/odd/body HTTP/1.0\r\nContent-Length: 99999\r\n\r\n", "400")]
    [InlineData("GET /healthz HTTP/1.0\r\n\r\n", "200")]
    [InlineData("NONSENSE\r\n\r\n", "400")]
    public async Task RawRequestsAreAnswered(string request, string status)
    {
        var answer = await Raw(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, Ordinal);
    }

    [Fact]
    public async Task SicknessShowsInHealth()
    {
        _odd.Sickness = "The engine stopped.";
        var answer = await Raw("GET /healthz HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", answer, Ordinal);
        Assert.EndsWith("\r\n\r\nThe engine stopped.\n", answer, Ordinal);
    }

    [Fact]
    public async Task MetricsAreInPrometheusText()
    {
        var answer = await Raw("GET /metrics HTTP/1.0\r\n\r\n");
        Assert.EndsWith(
            "# HELP friendnet_link_up 1 while linked\n# TYPE friendnet_link_up gauge\n"
                + "friendnet_link_up{friend=\"alice\\n\\\"x\\\"\"} 1\n"
                + "friendnet_link_up{friend=\"bob\"} 1\n",
            answer,
            Ordinal
        );
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static Metric Up(string friend) =>
        new("friendnet_link_up", "gauge", "1 while linked", 1, ("friend", friend));

    private async Task<string> Raw(string request)
    {
        const ProtocolType none = ProtocolType.Unspecified;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, none);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_temp.Home.ApiSocket), Cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancel);
    }

    private static Status Some { get; } =
        new(
            "Al\u202Eice",
            new string('0', 32),
            "127.0.0.1:4100",
            [],
            2,
            1,
            1,
            10,
            1000,
            true,
            0,
            "0.1.0",
            "/home",
            1,
            2.5
        );

    private sealed class Odd : IEndpoints
    {
        public SemaphoreSlim Go { get; } = new(0);

        public string? Sickness { get; set; }

        public Exception? Fault { get; set; }

        public void Map(IEndpointRouteBuilder routes)
        {
            routes.MapPost("/api/v1/odd/fail", Answers.Done(_ => throw Bad));
            routes.MapPost("/api/v1/odd/disk", Answers.Done(_ => throw Fault!));
            routes.MapPost(
                "/api/v1/odd/bug",
                Answers.Done(_ => throw new InvalidOperationException("secret"))
            );
            routes.MapPost(
                "/api/v1/odd/body",
                Answers.Done(context => context.Body(ContractJson.Default.NewFriend))
            );
            routes.MapGet(
                "/api/v1/odd/cut",
                Answers.Events(ContractJson.Default.Transfer, _ => Broken())
            );
            routes.MapGet(
                "/api/v1/odd/events",
                Answers.Events(ContractJson.Default.Transfer, context => Three(Cancel))
            );
        }

        private static async IAsyncEnumerable<Transfer> Broken()
        {
            await Task.Yield();
            yield return new(1, "x", "fetching", 1, 3, 0, 1, 0, "/x", null, null, [], []);
            throw new InvalidOperationException("half way");
        }

        private static FailureException Bad { get; } =
            new(FailureKind.Corrupt, "It is \"bad\" – throw it away.");

        // Each waits for the one before to have been seen: they are not held back.
        private async IAsyncEnumerable<Transfer> Three(
            [EnumeratorCancellation] CancellationToken cancel
        )
        {
            for (var done = 1; done <= 3; done++)
            {
                yield return new(1, "x", "fetching", done, 3, 0, 1, 0, "/x", null, null, [], []);
                Assert.True(await Go.WaitAsync(TimeSpan.FromSeconds(20), cancel));
            }
        }
    }
}
