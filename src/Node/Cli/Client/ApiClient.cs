using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Client;

/// <summary>
/// Calls the daemon: HTTP/1.0 over the Unix socket, one call a connection, the body ends with it.
/// HttpClient would do the same in 40 ms more, most of a command's time.
/// </summary>
public sealed partial class ApiClient(Home home)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        Call("GET", path, null, type, cancel);

    public Task<T> Post<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        Call("POST", path, null, type, cancel);

    public Task<T> Post<TBody, T>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    ) => Call("POST", path, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), type, cancel);

    /// <summary>Bytes as they are.</summary>
    public Task<T> Post<T>(
        string path,
        byte[] body,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    ) => Call("POST", path, body, type, cancel);

    /// <summary>An answer of bytes; whether all of them came the caller must see.</summary>
    public Task<byte[]> GetBytes(string path, CancellationToken cancel) =>
        Bounded(
            async bounded =>
            {
                await using var stream = await Request("GET", path, null, bounded);
                using var answer = new MemoryStream();
                await stream.CopyToAsync(answer, bounded);
                var bytes = answer.ToArray();
                var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
                using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
                var status = await Status(reader, bounded);
                return status == 200
                    ? bytes[head..]
                    : throw Refusal(Encoding.UTF8.GetString(bytes.AsSpan(head)), status);
            },
            cancel
        );

    public Task<T> Patch<TBody, T>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    ) => Call("PATCH", path, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), type, cancel);

    public Task Delete(string path, CancellationToken cancel) =>
        Call("DELETE", path, null, ContractJson.Default.Done, cancel);

    /// <summary>Server-sent events, each one value, until the last.</summary>
    public async IAsyncEnumerable<T> Events<T>(
        string path,
        JsonTypeInfo<T> type,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await using var stream = await Request("GET", path, null, cancel);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var status = await Status(reader, cancel);
        if (status != 200)
        {
            throw Refusal(await reader.ReadToEndAsync(cancel), status);
        }

        while (await Line(reader, cancel) is not "event: end" and var line)
        {
            if (line is null)
            {
                throw Stopped(null);
            }

            if (line == "event: problem")
            {
                throw Refusal(
                    await Line(reader, cancel) is { Length: > 6 } told ? told[6..] : "",
                    status
                );
            }

            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                yield return Parse(line["data: ".Length..], type);
            }
        }
    }

    private Task<T> Call<T>(
        string method,
        string path,
        byte[]? body,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    ) =>
        Bounded(
            async bounded =>
            {
                await using var stream = await Request(method, path, body, bounded);
                using var reader = new StreamReader(stream, Encoding.UTF8);
                var status = await Status(reader, bounded);
                var text = await reader.ReadToEndAsync(bounded);
                return status is >= 200 and < 300 ? Parse(text, type) : throw Refusal(text, status);
            },
            cancel
        );

    private static async Task<T> Bounded<T>(
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancel
    )
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Patience);
        try
        {
            return await call(bounded.Token);
        }
        catch (IOException error)
        {
            throw Stopped(error);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FailureException(
                FailureKind.NotRunning,
                $"The daemon did not answer within {Patience.TotalSeconds:0} s: see its log."
            );
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream given back owns it.")]
    private async Task<NetworkStream> Request(
        string method,
        string path,
        byte[]? body,
        CancellationToken cancel,
        string header = ""
    )
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(home.ApiSocket), cancel);
            var head =
                $"{method} /api/v1{path} HTTP/1.0\r\nHost: friendnet\r\n"
                + $"Content-Type: application/json\r\n{header}"
                + $"Content-Length: {body?.Length ?? 0}\r\n\r\n";
            var stream = new NetworkStream(socket, ownsSocket: true);
            byte[] request = [.. Encoding.ASCII.GetBytes(head), .. body ?? []];
            await stream.WriteAsync(request, cancel);
            return stream;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            socket.Dispose();
            throw error is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? home.Shut(error)
                : new FailureException(
                    FailureKind.NotRunning,
                    $"No daemon runs on {home.Folder}: start it with `friendnet daemon`.",
                    error
                );
        }
    }

    /// <summary>Reads the head; the reader then stands at the body.</summary>
    private static async Task<int> Status(StreamReader reader, CancellationToken cancel)
    {
        var first = await reader.ReadLineAsync(cancel);
        while (!string.IsNullOrEmpty(await reader.ReadLineAsync(cancel))) { }

        // "HTTP/1.1 200 OK"
        return
            first is { Length: >= 12 }
            && int.TryParse(first.AsSpan(9, 3), NumberStyles.None, null, out var status)
            ? status
            : throw Stopped(null);
    }

    private static async Task<string?> Line(StreamReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadLineAsync(cancel);
        }
        catch (IOException error)
        {
            throw Stopped(error);
        }
    }

    private static T Parse<T>(string text, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw Stopped(error);
        }
    }

    private static FailureException Refusal(string text, int status)
    {
        if (text.Length == 0)
        {
            return new(FailureKind.Internal, $"The daemon answered {status} and said no more.");
        }

        var problem = Parse(text, ContractJson.Default.Problem);
        return new(FailureTable.Kind(problem.Code), problem.Detail);
    }

    private static FailureException Stopped(Exception? error) =>
        new(
            FailureKind.NotRunning,
            "The daemon stopped while it answered: see its log, and start it again.",
            error
        );
}
