using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Api;

/// <summary>HTTP/JSON on the home's Unix socket (mode 0600), and on nothing else.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private const long BodyBytesMax = 64 * 1024;
    private const int ConnectionsMax = 256;
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);
    private readonly WebApplication _app;

    private ApiHost(WebApplication app) => _app = app;

    /// <summary>Serves when it returns. The caller holds the home's lock.</summary>
    public static async Task<ApiHost> Start(
        Home home,
        IEnumerable<IEndpoints> endpoints,
        ILoggerProvider logs,
        CancellationToken cancel
    )
    {
        // What a killed daemon left; the lock says that nobody listens there.
        File.Delete(home.ApiSocket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(logs).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Goodbye);
        // Ctrl-C and SIGTERM belong to the command line.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.ListenUnixSocket(home.ApiSocket);
        });
        var app = builder.Build();
        app.UseRouting();
        foreach (var one in endpoints)
        {
            one.Map(app);
        }

        app.MapFallback(
            Answers.Done(context =>
                throw new FailureException(
                    FailureKind.NotFound,
                    $"There is no {context.Request.Method} {context.Request.Path} in this version."
                )
            )
        );
        await app.StartAsync(cancel);
        // Between bind and here the home itself, mode 0700, keeps others out.
        File.SetUnixFileMode(home.ApiSocket, SocketMode);
        return new ApiHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var bounded = new CancellationTokenSource(Goodbye);
        await _app.StopAsync(bounded.Token);
        await _app.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
