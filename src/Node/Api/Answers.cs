using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FriendNet.Node.Api;

/// <summary>Makes request delegates of functions: JSON out, failures as problem+json.</summary>
public static class Answers
{
    private const string EventStream = "text/event-stream";
    private static readonly byte[] EventStart = Encoding.ASCII.GetBytes("data: ");
    private static readonly byte[] EventEnd = Encoding.ASCII.GetBytes("\n\n");
    private static readonly byte[] LastEvent = Encoding.ASCII.GetBytes("event: end\ndata:\n\n");
    private static readonly byte[] ProblemStart = Encoding.ASCII.GetBytes("event: problem\ndata: ");

    /// <summary>One answer.</summary>
    public static RequestDelegate Json<T>(
        JsonTypeInfo<T> type,
        Func<HttpContext, Task<T>> answer
    ) =>
        context =>
            Guarded(
                context,
                async () =>
                {
                    var value = await answer(context);
                    context.Response.ContentType = "application/json";
                    await JsonSerializer.SerializeAsync(
                        context.Response.Body,
                        value,
                        type,
                        context.RequestAborted
                    );
                }
            );

    /// <summary>One answer that needs no waiting.</summary>
    public static RequestDelegate Json<T>(JsonTypeInfo<T> type, Func<HttpContext, T> answer) =>
        Json(type, context => Task.FromResult(answer(context)));

    /// <summary>One answer of bytes.</summary>
    public static RequestDelegate Bytes(string mediaType, Func<HttpContext, byte[]> answer) =>
        context =>
            Guarded(
                context,
                async () =>
                {
                    var bytes = answer(context);
                    context.Response.ContentType = mediaType;
                    context.Response.ContentLength = bytes.Length;
                    await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                }
            );

    /// <summary>Does a thing and says so.</summary>
    public static RequestDelegate Done(Func<HttpContext, Task> act) =>
        Json(
            ContractJson.Default.Done,
            async context =>
            {
                await act(context);
                return new Done(true);
            }
        );

    /// <summary>An answer that is no JSON; failures are, as long as nothing was sent.</summary>
    public static RequestDelegate Bytes(Func<HttpContext, Task> answer) =>
        context => Guarded(context, () => answer(context));

    /// <summary>Server-sent events (WHATWG HTML 9.2), each one value. A last one named
    /// <c>end</c> tells a whole answer from a daemon that died, one named <c>problem</c> is a
    /// failure amid them.</summary>
    public static RequestDelegate Events<T>(
        JsonTypeInfo<T> type,
        Func<HttpContext, IAsyncEnumerable<T>> values
    ) =>
        context =>
            Guarded(
                context,
                async () =>
                {
                    var response = context.Response;
                    response.ContentType = EventStream;
                    await foreach (
                        var value in values(context).WithCancellation(context.RequestAborted)
                    )
                    {
                        await response.Body.WriteAsync(EventStart, context.RequestAborted);
                        await response.Body.WriteAsync(
                            JsonSerializer.SerializeToUtf8Bytes(value, type),
                            context.RequestAborted
                        );
                        await response.Body.WriteAsync(EventEnd, context.RequestAborted);
                        await response.Body.FlushAsync(context.RequestAborted);
                    }

                    await response.Body.WriteAsync(LastEvent, context.RequestAborted);
                }
            );

    /// <summary>The body of a request.</summary>
    /// <exception cref="FailureException">Not the JSON that this call takes.</exception>
    public static async Task<T> Body<T>(this HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(
                    context.Request.Body,
                    type,
                    context.RequestAborted
                ) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            var what = $"The request is not a {typeof(T).Name}: {error.Message}";
            throw new FailureException(FailureKind.Usage, what, error);
        }
    }

    /// <summary>A part of the path, unescaped.</summary>
    public static string Route(this HttpContext context, string name) =>
        context.Request.RouteValues[name] as string ?? "";

    /// <summary>A part of the query; empty when not said.</summary>
    public static string Query(this HttpContext context, string name) =>
        context.Request.Query[name].ToString();

    private static async Task Guarded(HttpContext context, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (FailureException failure)
        {
            await Refuse(context, failure.Kind, failure.Message);
        }
        catch (BadHttpRequestException error)
        {
            await Refuse(context, FailureKind.Usage, error.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
        catch (Exception error) when (StorageFault.Told(error) is { } told)
        {
            Log(context).LogWarning(error, "{Path}", context.Request.Path);
            await Refuse(context, told.Kind, told.Message);
        }
#pragma warning disable CA1031 // The edge of the daemon: whatever a call runs into must not end it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log(context).LogError(error, "{Path}", context.Request.Path);
            await Refuse(context, FailureKind.Internal, "The daemon ran into a bug: see its log.");
        }
    }

    private static ILogger Log(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Api");

    private static async Task Refuse(HttpContext context, FailureKind kind, string sentence)
    {
        var row = FailureTable.Of(kind);
        var problem = new Problem("about:blank", row.Meaning, row.HttpStatus, sentence, row.Code);
        var text = JsonSerializer.SerializeToUtf8Bytes(problem, ContractJson.Default.Problem);
        var response = context.Response;
        if (!response.HasStarted)
        {
            response.StatusCode = row.HttpStatus;
            response.ContentType = "application/problem+json";
            await response.Body.WriteAsync(text);
        }
        else if (response.ContentType == EventStream && kind != FailureKind.Internal)
        {
            await response.Body.WriteAsync((byte[])[.. ProblemStart, .. text, .. EventEnd]);
        }
        else
        {
            // Half an answer: cut it, so that the caller sees it is not whole.
            context.Abort();
        }
    }
}
