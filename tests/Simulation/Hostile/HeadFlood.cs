using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Worlds;
using Google.Protobuf;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// Heads of pseudonyms that nobody has, signed by keys made for them: as many as are taken, or
/// more than a friend may tell, or more than it said that it takes.
/// </summary>
internal sealed class HeadFlood(Seeds draws)
{
    private const int Few = 600;
    private const int TooMany = Limits.HeadsPerFriendMax + Limits.HeadsWindowMax;
    private const int Entries = 500;
    private const int VastEvery = 16;

    // The same in every world, as each costs a signature.
    private static readonly Lazy<HeadNews[]> MadeUp = new(() => Make(TooMany));
    private readonly Dictionary<LinkId, int> _told = [];
    private readonly bool _isHeedless = draws.Next(4) == 0;
    private readonly int _max = draws.Next(6) == 0 ? TooMany : Few;

    /// <summary>What to send when this came; null: nothing.</summary>
    internal Message? Answer(LinkId link, Message message) =>
        message.HeadsTaken is { } taken ? Next(link, (int)taken.Heads)
        : _isHeedless && _told.ContainsKey(link) ? Next(link, Limits.HeadsWindowMax)
        : null;

    /// <summary>What goes instead of this.</summary>
    internal Message Send(LinkId link, Message message)
    {
        if (message.Heads is not null && !_told.ContainsKey(link))
            return Next(link, Limits.HeadsTakenEvery) ?? message;
        if (message.Head is null)
            return message;
        var vast = message.Clone();
        vast.Head.Entries = Limits.CatalogEntriesMax + 1UL;
        return vast;
    }

    private Message? Next(LinkId link, int count)
    {
        var told = _told.GetValueOrDefault(link);
        var news = MadeUp.Value.AsSpan(0, _max)[Math.Min(told, _max)..];
        news = news[..Math.Min(count, news.Length)];
        _told[link] = told + news.Length;
        return news.IsEmpty
            ? null
            : new Message { Heads = new Heads { News = { news.ToArray() } } };
    }

    private static HeadNews[] Make(int count)
    {
        var draws = new Seeds(0, Purpose.Adversary);
        return [.. Enumerable.Range(0, count).Select(number => Make(number, draws))];
    }

    private static HeadNews Make(int number, Seeds draws)
    {
        using var keys = PseudonymKeys.Create(draws);
        var id = new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes));
        var root = new byte[Hash256.Size];
        draws.Fill(root);
        var entries = number % VastEvery == 0 ? Limits.CatalogEntriesMax : Entries;
        var content = new CatalogHead(new Hash256(root), entries, entries);
        var path = new Hash256(keys.Path.PublicKey.Bytes);
        var version = World.Epoch.Microseconds / World.Second;
        var head = SignedHead.Sign(new CircleHead(id, path, version, 2, content), keys.Signing);
        return new HeadNews { Head = ByteString.CopyFrom(head.Encoded.Span), Hops = 2 };
    }
}
