using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FriendNet.Node.Api;

/// <summary>
/// What part of a file a request asks for (RFC 9110, 13.2.2 and 14). Several ranges are answered
/// as none, which it allows.
/// </summary>
/// <param name="Status">200, 206, or why there is no body: 304, 412, 416.</param>
public readonly record struct FilePart(int Status, long From, long Count)
{
    /// <param name="tag">Of the content as it is.</param>
    /// <param name="length">Bytes of it.</param>
    public static FilePart Of(HttpRequest request, EntityTagHeaderValue tag, long length)
    {
        var headers = request.GetTypedHeaders();
        if (headers.IfMatch is { Count: > 0 } match && !HasAny(match, tag, isStrong: true))
            return new(StatusCodes.Status412PreconditionFailed, 0, 0);
        if (HasAny(headers.IfNoneMatch, tag, isStrong: false))
            return new(StatusCodes.Status304NotModified, 0, 0);
        var whole = new FilePart(StatusCodes.Status200OK, 0, length);
        return
            HttpMethods.IsGet(request.Method)
            && headers.Range is { Ranges.Count: 1 } range
            && range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            && IsOfThis(request, headers.IfRange, tag)
            ? Of(range.Ranges.Single(), whole)
            : whole;
    }

    private static FilePart Of(RangeItemHeaderValue range, FilePart whole)
    {
        var length = whole.Count;
        var unsatisfiable = new FilePart(StatusCodes.Status416RangeNotSatisfiable, 0, 0);
        if (range.From is not { } from)
        {
            // The last so many; all of a shorter file, and an empty one has no part.
            var last = Math.Min(range.To ?? 0, length);
            if (length == 0 && range.To > 0)
                return whole;
            return last > 0 ? Partial(length - last, last) : unsatisfiable;
        }

        var end = Math.Min(range.To ?? long.MaxValue, length - 1);
        return from < length ? Partial(from, end - from + 1) : unsatisfiable;
    }

    private static FilePart Partial(long from, long count) =>
        new(StatusCodes.Status206PartialContent, from, count);

    // A date, or what is neither, is of nothing: there are no dates here.
    private static bool IsOfThis(
        HttpRequest request,
        RangeConditionHeaderValue? condition,
        EntityTagHeaderValue tag
    ) =>
        request.Headers.IfRange.Count == 0
        || condition?.EntityTag?.Compare(tag, useStrongComparison: true) == true;

    private static bool HasAny(
        IList<EntityTagHeaderValue> tags,
        EntityTagHeaderValue tag,
        bool isStrong
    ) => tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, isStrong));
}
