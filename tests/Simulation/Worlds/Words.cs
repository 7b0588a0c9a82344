using System.Globalization;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Worlds;

/// <summary>What is passed between nodes, for people who read a trace: ids by six digits.</summary>
internal static class Words
{
    private const int HeadsShown = 4;
    private const int WantsShown = 4;

    internal static string Of(object? body) =>
        body switch
        {
            Message message => Of(message),
            ReadOnlyMemory<byte> => "",
            Opening opening => Of(opening.Request),
            Request request => Of(request),
            Portion portion => $"{portion.Piece.Type}{(portion.IsLast ? ", the last" : "")}",
            Input.CircleFetched fetched => Text(
                $"fetched {fetched.Ask.Value}.{fetched.Want} {fetched.End}"
            ),
            Input.CircleAskEnded ended => Text($"ended {ended.Ask.Value} {ended.End}"),
            Input.HeadSigned signed => $"signed {Of(signed.Head)}",
            Input input => input.GetType().Name,
            Delegate => "",
            null => "",
            _ => body.ToString() ?? "",
        };

    private static string Of(Request request) =>
        request.KindCase switch
        {
            Request.KindOneofCase.Circle => $"wants {Wants(request.Circle)}",
            Request.KindOneofCase.Fetch => Text($"fetches {request.Fetch.Slices.Count} slices"),
            Request.KindOneofCase.Path => Text(
                $"path to ~{Short(request.Path.Pseudonym.Span)}, {request.Path.Hops} more"
            ),
            Request.KindOneofCase.Up => Text($"accepts the path on {request.Up.Stream}"),
            _ => request.KindCase.ToString(),
        };

    private static string Of(Message message) =>
        message.KindCase switch
        {
            Message.KindOneofCase.Heads => Of(message.Heads),
            Message.KindOneofCase.HeadsTaken => Text(
                $"taken {message.HeadsTaken.Heads}, lazy {message.HeadsTaken.Lazy.Count}"
            ),
            Message.KindOneofCase.HeadsHave => $"have {Short(message.HeadsHave.Root.Span)}",
            Message.KindOneofCase.HeadsAsk => Text($"ask nodes at {message.HeadsAsk.Depth}"),
            _ => message.KindCase.ToString(),
        };

    private static string Of(Heads heads)
    {
        var shown = heads.News.Take(HeadsShown).Select(Of);
        var more = heads.News.Count > HeadsShown ? ", …" : "";
        var cleared = heads.Cleared.IsEmpty ? "" : Text($"clear {heads.Cleared.Length}, ");
        return Text($"{cleared}tell {heads.News.Count}: {string.Join(", ", shown)}{more}");
    }

    private static string Of(HeadNews news)
    {
        if (news.Head.IsEmpty)
            return $"~{Short(news.Gone.Span)} gone";
        var delta = news.Delta.IsEmpty ? "" : Text($" with {news.Delta.Length} B");
        return SignedHead.TryRead(news.Head.Memory) is { } head
            ? Text($"{Of(head)} at {news.Hops}{delta}")
            : "a forged head";
    }

    private static string Of(SignedHead head)
    {
        var (content, version) = (head.Head.Content, head.Head.Version);
        var age = version - (World.Epoch.Microseconds / World.Second);
        return Text($"~{Short(head.Pseudonym)} v{age} {content.Entries}e {Short(content.Root)}");
    }

    private static string Wants(CircleRequest circle)
    {
        var shown = circle.Wants.Take(WantsShown);
        var named = shown.Select(want => Text($"{Low(want.Root)} from {Low(want.Have)}"));
        var (count, fresh) = (circle.Wants.Count, circle.Fresh.Length / sizeof(uint));
        return Text($"{count}: {string.Join(", ", named)}; {fresh} fresh");
    }

    private static string Short(PseudonymId id) => Short(id.Key);

    private static string Short(Hash256 hash) => hash.ToString()[..6];

    private static string Short(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes)[..6];

    // A tag is little endian: its first bytes are a root's.
    private static string Low(ulong tag) => Short(BitConverter.GetBytes(tag));

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
