using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Holdings;

/// <summary>
/// Nodes with real engines, all friends of each other, that exchange real messages and pretended
/// bytes over uplinks of a rate, in virtual time.
/// </summary>
internal sealed class SwarmWorld(double delaySeconds = 0.01)
{
    private const int FrameBytes = 256 * 1024;
    private readonly PriorityQueue<Action, (long, long)> _agenda = new();
    private readonly List<SwarmNode> _nodes = [];
    private readonly Dictionary<(SwarmNode, FetchId), Upload> _uploads = [];
    private readonly Dictionary<SwarmNode, Instant> _ticks = [];
    private long _order;
    private long _links;
    private int _transfer = 1;

    internal Instant Now { get; private set; } = new(1_000_000);

    internal ContentId Content { get; set; }

    internal List<Message> Messages { get; } = [];

    /// <summary>Slices that came, and were asked of one who had them not.</summary>
    internal int NotFound { get; private set; }

    /// <summary>May change what a node says.</summary>
    internal Func<SwarmNode, Message, Message> Say { get; set; } = (_, message) => message;

    internal static ContentId Mebibytes(int count, byte name = 7)
    {
        var root = new byte[Hash256.Size];
        root[0] = name;
        return new(new(root), count * (long)MerkleTree.RunBytes);
    }

    internal SwarmNode Node(double bytesPerSecond, bool shareParts = true)
    {
        var number = _nodes.Count + 1;
        var settings = new EngineSettings
        {
            Possession = new((_, _) => default, (_, _, _) => false),
            ShareParts = shareParts,
        };
        var engine = new NodeEngine(SwarmNode.IdOf(number), new SeededEntropy(number), settings);
        var node = new SwarmNode(number, engine, bytesPerSecond);
        foreach (var other in _nodes)
            Link(node, other);
        _nodes.Add(node);
        return node;
    }

    internal void Unlink(SwarmNode node)
    {
        foreach (var (link, (friend, theirs)) in node.Links.ToList())
        {
            Input(node, new Input.LinkClosed(link, "gone"));
            Input(friend, new Input.LinkClosed(theirs, "gone"));
            node.Drop(link);
            friend.Drop(theirs);
            node.Links.Remove(link);
            friend.Links.Remove(theirs);
            foreach (var ((to, id), upload) in _uploads.ToList())
            {
                if (to == friend && upload.Fetch.Link == theirs)
                    End(to, id);
            }
        }
    }

    /// <summary>Another content, of which nobody has anything.</summary>
    internal void Begin(ContentId content)
    {
        Content = content;
        _transfer++;
        foreach (var node in _nodes)
        {
            node.Has.Clear();
            node.DoneAt = null;
        }
    }

    internal void HoldAll(SwarmNode node)
    {
        for (var run = 0; run < MerkleTree.RunCount(Content.Length); run++)
            node.Has.Add(new(0, run));
    }

    internal void Get(SwarmNode node, bool isQuiet = false) =>
        Input(node, new Input.Download(new(_transfer), [new(Content, null)]) { IsQuiet = isQuiet });

    internal void In(double seconds, Action what) =>
        _agenda.Enqueue(what, ((Now + TimeSpan.FromSeconds(seconds)).Microseconds, _order++));

    /// <summary>Until all of them are done; fails after that time.</summary>
    internal void Run(IReadOnlyCollection<SwarmNode> all, double secondsMax = 1000)
    {
        var end = Now + TimeSpan.FromSeconds(secondsMax);
        while (all.Any(node => node.DoneAt is null) && _agenda.TryDequeue(out var next, out var at))
        {
            Now = new(Math.Max(at.Item1, Now.Microseconds));
            Assert.True(Now < end, $"{all.Count(node => node.DoneAt is null)} are not done.");
            next();
        }

        Assert.All(all, node => Assert.NotNull(node.DoneAt));
    }

    internal void RunFor(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (_agenda.TryPeek(out _, out var at) && at.Item1 <= end.Microseconds)
        {
            Now = new(Math.Max(at.Item1, Now.Microseconds));
            _agenda.Dequeue()();
        }
    }

    internal void Input(SwarmNode node, Input input)
    {
        node.Engine.Handle(input, Now);
        while (node.Engine.TryPoll(out var effect))
            CarryOut(node, effect!);
        if (node.Engine.Deadline is not { } at || (_ticks.TryGetValue(node, out var t) && t == at))
            return;
        _ticks[node] = at;
        _agenda.Enqueue(() => Tick(node, at), (at.Microseconds, _order++));
    }

    private void Tick(SwarmNode node, Instant at)
    {
        if (node.Engine.Deadline is { } due && due <= at)
            Input(node, new Input.Tick());
    }

    private void Link(SwarmNode one, SwarmNode other)
    {
        var (a, b) = (new LinkId(++_links), new LinkId(++_links));
        one.Links[a] = (other, b);
        other.Links[b] = (one, a);
        foreach (
            var (node, link, friend) in (ValueTuple<SwarmNode, LinkId, SwarmNode>[])
                [(one, a, other), (other, b, one)]
        )
        {
            Input(node, new Input.FriendKnown(friend.Id, []));
            Input(node, new Input.LinkOpened(link, friend.Id, node == one, ""));
        }
    }

    private void CarryOut(SwarmNode node, Effect effect)
    {
        switch (effect)
        {
            case Effect.Send send when node.Links.ContainsKey(send.Link):
                var message = Say(node, send.Message);
                Messages.Add(message);
                Assert.True(ControlMessages.TryParse(message.ToByteArray(), out Message? heard));
                In(delaySeconds, () => Deliver(node, send.Link, heard));
                break;
            case Effect.FindSources find:
                var sources = _nodes.Where(other => other != node && other.IsSeed);
                SourceId[] found = [.. sources.Select(other => SourceId.Of(other.Id))];
                In(0, () => Input(node, new Input.SourcesFound(find.Transfer, find.File, found)));
                break;
            case Effect.Fetch fetch:
                In(delaySeconds, () => Ask(node, fetch));
                break;
            case Effect.CancelFetch cancel:
                In(delaySeconds, () => End(node, cancel.Id));
                break;
            case Effect.Finish:
                node.DoneAt = Now;
                break;
        }
    }

    private void Deliver(SwarmNode from, LinkId link, Message message)
    {
        if (from.Links.TryGetValue(link, out var to))
            Input(to.Friend, new Input.MessageReceived(to.Theirs, message));
    }

    private void Ask(SwarmNode node, Effect.Fetch fetch)
    {
        if (!node.Links.TryGetValue(fetch.Link, out var source))
        {
            Input(node, new Input.FetchEnded(fetch.Id));
            return;
        }

        var upload = new Upload(node, fetch);
        _uploads[(node, fetch.Id)] = upload;
        source.Friend.Add(source.Theirs, upload);
        Send(source.Friend);
    }

    private void Send(SwarmNode node)
    {
        if (node.IsBusy || node.Next() is not { } upload)
            return;
        var slice = upload.Fetch.Slices[upload.Index];
        var has = node.Has.Contains(slice);
        var length = MerkleTree.RunLength(Content.Length, slice.Run);
        var bytes = has ? Math.Min(FrameBytes, length - upload.Bytes) : 0;
        upload.Bytes += bytes;
        node.Sent += bytes;
        var index = upload.Index;
        var isWhole = !has || upload.Bytes == length;
        if (isWhole)
        {
            (upload.Index, upload.Bytes) = (index + 1, 0);
            upload.IsOver = upload.Index == upload.Fetch.Slices.Count;
        }

        node.IsBusy = true;
        var seconds = bytes / node.BytesPerSecond;
        if (isWhole)
            In(seconds + delaySeconds, () => Arrive(upload, slice, index, has));
        In(
            seconds,
            () =>
            {
                node.IsBusy = false;
                Send(node);
            }
        );
    }

    private void Arrive(Upload upload, Slice slice, int index, bool has)
    {
        var (node, id) = (upload.To, upload.Fetch.Id);
        if (!_uploads.ContainsKey((node, id)))
            return;
        if (has)
            node.Has.Add(slice);
        NotFound += has ? 0 : 1;
        Input(
            node,
            has
                ? new Input.SliceStored(id, index)
                : new Input.SliceFailed(id, index, SliceFailure.NotFound)
        );
        if (upload.IsOver)
            End(node, id);
    }

    private void End(SwarmNode node, FetchId id)
    {
        if (!_uploads.Remove((node, id), out var upload))
            return;
        upload.IsOver = true;
        Input(node, new Input.FetchEnded(id));
    }
}
