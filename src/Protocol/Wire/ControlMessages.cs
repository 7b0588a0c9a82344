using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FriendNet.Protocol.Wire;

/// <summary>
/// Parses what peers send by proto/friendnet.proto and checks every rule that needs no state, so
/// that features may rely on sizes and ranges. A kind of a later version parses as none.
/// </summary>
public static class ControlMessages
{
    /// <summary>How often repeated fields may come.</summary>
    public static readonly IReadOnlyDictionary<string, int> RepeatsMax = new Dictionary<
        string,
        int
    >(StringComparer.Ordinal)
    {
        ["friendnet.Addresses.address"] = Limits.AddressesMax,
        ["friendnet.FetchRequest.slices"] = Limits.FetchSlicesMax,
        ["friendnet.Heads.news"] = Limits.HeadsBatchMax,
        ["friendnet.HeadsTaken.lazy"] = Limits.CircleWantsMax,
        ["friendnet.Holds.held"] = Limits.HoldsMax,
        ["friendnet.CircleRequest.wants"] = Limits.CircleWantsMax,
        ["friendnet.CircleAnswer.missing"] = Limits.CircleWantsMax,
    };

    /// <summary>The body of a MESSAGE frame.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out Message? message)
    {
        message = Parse(body, Message.Parser, Message.Descriptor);
        var fits = message?.KindCase switch
        {
            null => false,
            Message.KindOneofCase.Hello => message.Hello.Version >= 1,
            Message.KindOneofCase.Head => Fits(message.Head),
            Message.KindOneofCase.Addresses => message.Addresses.Address.All(IsAddress),
            Message.KindOneofCase.Seeks => HoldingShapes.Fits(message.Seeks),
            Message.KindOneofCase.Holds => message.Holds.Held.All(HoldingShapes.Fits),
            _ => CircleShapes.Fits(message),
        };
        message = fits ? message : null;
        return message is not null;
    }

    /// <summary>The body of an OPEN frame after its credit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out Request? request)
    {
        request = Parse(body, Request.Parser, Request.Descriptor);
        var fits = request?.KindCase switch
        {
            null => false,
            Request.KindOneofCase.Catalog => request.Catalog.HaveRoot.Length is 0 or Hash256.Size,
            Request.KindOneofCase.Fetch => Fits(request.Fetch),
            Request.KindOneofCase.Leaves => DataBytes(request.Leaves.Slice) is not null,
            Request.KindOneofCase.Circle => CircleShapes.Fits(request.Circle),
            Request.KindOneofCase.Path => Fits(request.Path),
            Request.KindOneofCase.Up => request.Up.Stream != 0
                && request.Up.Hello.Length == Limits.PathHelloBytes,
            _ => true,
        };
        request = fits ? request : null;
        return request is not null;
    }

    /// <summary>The body of a PART in the answer to a fetch.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out SliceHeader? part)
    {
        part = Parse(body, SliceHeader.Parser, SliceHeader.Descriptor);
        var proofBytes = part?.Proof.Length ?? 0;
        if (proofBytes % Hash256.Size != 0 || proofBytes / Hash256.Size > Limits.ProofHashesMax)
        {
            part = null;
        }

        return part is not null;
    }

    /// <summary>The body of the PART in the answer to a circle request.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out CircleAnswer? part)
    {
        part = Parse(body, CircleAnswer.Parser, CircleAnswer.Descriptor);
        part = part is not null && CircleShapes.Fits(part) ? part : null;
        return part is not null;
    }

    /// <summary>Bytes of DATA that the answer may have, all of which its asker grants.</summary>
    public static long DataMax(Request request) =>
        request.KindCase switch
        {
            Request.KindOneofCase.Fetch => DataBytes(request.Fetch) ?? 0,
            Request.KindOneofCase.Catalog or Request.KindOneofCase.Circle => Limits.CatalogBytesMax,
            // Paths go by their own windows; what else there is has none.
            _ => 0,
        };

    /// <summary>Bytes of DATA of all its slices; null when one is none.</summary>
    public static long? DataBytes(FetchRequest fetch)
    {
        var bytes = 0L;
        foreach (var slice in fetch.Slices)
        {
            if (DataBytes(slice) is not { } more)
            {
                return null;
            }

            bytes += more;
        }

        return bytes;
    }

    /// <summary>
    /// Bytes of DATA that a slice has: 1 to a run; null when there is no such slice.
    /// </summary>
    public static int? DataBytes(SliceRequest? slice)
    {
        if (
            slice is null
            || slice.Root.Length != Hash256.Size
            || slice.Length > Limits.FileBytesMax
        )
        {
            return null;
        }

        var rest = (long)slice.Length - ((long)slice.Run * Limits.FetchBytesMax);
        return rest > 0 ? (int)Math.Min(rest, Limits.FetchBytesMax) : null;
    }

    private static T? Parse<T>(
        ReadOnlySpan<byte> body,
        MessageParser<T> parser,
        MessageDescriptor descriptor
    )
        where T : class, IMessage<T>
    {
        if (
            body.Length > Limits.FrameBodyBytesMax
            || !ProtoShape.Fits(body, descriptor, RepeatsMax)
        )
        {
            return null;
        }

        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            // The shape was checked; should the library still object, the peer is at fault.
            return null;
        }
    }

    // Casts to long are safe after this.
    private static bool Fits(Head head) =>
        head.Root.Length == Hash256.Size
        && head.Entries <= long.MaxValue
        && head.Bytes <= long.MaxValue;

    private static bool Fits(FetchRequest fetch) =>
        DataBytes(fetch) is > 0 and <= Limits.FetchBytesMax;

    private static bool Fits(PathRequest path) =>
        path.Pseudonym.Length == Hash256.Size
        && path.Hops < Limits.HorizonMax
        && path.Hello.Length == Limits.PathHelloBytes;

    // Printable ASCII: it is shown to people. Whether it names a host shows when it is dialed.
    private static bool IsAddress(string address) =>
        address.Length is >= 1 and <= Limits.AddressBytesMax
        && address.All(c => c is > ' ' and <= '~');
}
