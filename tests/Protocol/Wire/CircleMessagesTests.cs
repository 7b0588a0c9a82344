using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Wire;

public sealed class CircleMessagesTests
{
    public static TheoryData<string, Message> GoodMessages =>
        new()
        {
            {
                "have",
                new Message { HeadsHave = new HeadsHave { Root = Zeros(32) } }
            },
            {
                "ask",
                new Message { HeadsAsk = new HeadsAsk { Depth = 2 } }
            },
            { "16 nodes", Nodes(1, 128) },
            { "256 nodes", Nodes(2, 2048) },
            {
                "nothing",
                new Message { Heads = new Heads() }
            },
            { "256 news", News(256, New()) },
            { "delta", News(1, New(delta: 4096)) },
            { "gone", News(256, new HeadNews { Gone = Zeros(32) }) },
            { "cleared", Cleared(1, 0, 3, 15) },
            { "cleared at 2", Cleared(2, 0, 255) },
            {
                "taken",
                new Message { HeadsTaken = new HeadsTaken { Heads = 256 } }
            },
            {
                "lazy",
                new Message
                {
                    HeadsTaken = new HeadsTaken
                    {
                        Heads = 1,
                        Lazy = { Enumerable.Repeat(5UL, 64) },
                    },
                }
            },
        };

    public static TheoryData<string, Message> BadMessages =>
        new()
        {
            {
                "have",
                new Message { HeadsHave = new HeadsHave { Root = Zeros(31) } }
            },
            {
                "ask 0",
                new Message { HeadsAsk = new HeadsAsk() }
            },
            {
                "ask 3",
                new Message { HeadsAsk = new HeadsAsk { Depth = 3 } }
            },
            { "nodes", Nodes(1, 2048) },
            { "no depth", Nodes(0, 0) },
            { "257 news", News(257, New()) },
            { "short head", News(1, New(head: 181)) },
            { "0 hops", News(1, New(hops: 0)) },
            { "5 hops", News(1, New(hops: 5)) },
            { "short proof", News(1, new HeadNews(New()) { Proof = Zeros(15) }) },
            { "gone with proof", News(1, new HeadNews { Gone = Zeros(32), Proof = Zeros(16) }) },
            { "long delta", News(1, New(delta: 4097)) },
            { "60 KiB", News(15, New(delta: 4096)) },
            { "empty news", News(1, new HeadNews()) },
            { "both", News(1, new HeadNews(New()) { Gone = Zeros(32) }) },
            { "gone with hops", News(1, new HeadNews { Gone = Zeros(32), Hops = 1 }) },
            { "short gone", News(1, new HeadNews { Gone = Zeros(31) }) },
            { "unsorted", Cleared(1, 3, 0) },
            { "twice", Cleared(1, 3, 3) },
            { "16 at depth 1", Cleared(1, 16) },
            { "cleared at 0", Cleared(0, 1) },
            { "cleared at 3", Cleared(3, 1) },
            { "depth of nothing", Cleared(1) },
            {
                "taken",
                new Message { HeadsTaken = new HeadsTaken { Heads = 257 } }
            },
            {
                "lazy",
                new Message
                {
                    HeadsTaken = new HeadsTaken
                    {
                        Heads = 1,
                        Lazy = { Enumerable.Repeat(5UL, 65) },
                    },
                }
            },
        };

    public static TheoryData<string, Request> GoodRequests =>
        new()
        {
            { "one", Wants(1, 0) },
            { "64", Wants(64, 0) },
            { "parts", Wants(1, 0, 0x8001) },
            { "compare", Wants(1, 2048, 0xFFFF) },
            { "fresh", Wants(0, 0, fresh: 4) },
            { "60 and 4 fresh ones", Wants(60, 0, fresh: 16) },
        };

    public static TheoryData<string, Request> BadRequests =>
        new()
        {
            { "none", Wants(0, 0) },
            { "65", Wants(65, 0) },
            { "compare two", Wants(2, 2048, 1) },
            { "parts of two", Wants(2, 0, 1) },
            { "compare without parts", Wants(1, 2048) },
            { "17 parts", Wants(1, 0, 0x1FFFF) },
            { "leaves", Wants(1, 2047, 1) },
            { "half a fresh one", Wants(1, 0, fresh: 2) },
            { "60 and 5 fresh ones", Wants(60, 0, fresh: 20) },
            { "parts of a fresh one too", Wants(1, 2048, 1, fresh: 4) },
            {
                "nothing wanted",
                new Request { Circle = new CircleRequest { Wants = { new CircleWant() } } }
            },
        };

    [Theory]
    [MemberData(nameof(GoodMessages))]
    public void GoodMessagesPass(string name, Message message)
    {
        Assert.True(ControlMessages.TryParse(message.ToByteArray(), out Message? parsed), name);
        Assert.Equal(message, parsed);
    }

    [Theory]
    [MemberData(nameof(BadMessages))]
    public void BadMessagesDoNot(string name, Message message) =>
        Assert.False(ControlMessages.TryParse(message.ToByteArray(), out Message? _), name);

    [Theory]
    [MemberData(nameof(GoodRequests))]
    public void GoodRequestsPass(string name, Request request)
    {
        Assert.True(ControlMessages.TryParse(request.ToByteArray(), out Request? parsed), name);
        Assert.Equal(request, parsed);
    }

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void BadRequestsDoNot(string name, Request request) =>
        Assert.False(ControlMessages.TryParse(request.ToByteArray(), out Request? _), name);

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(512, 0, 0, true)]
    [InlineData(512, 0x8001, 1024, true)]
    [InlineData(512, 0xFFFF, 16 * 512, true)]
    [InlineData(511, 0, 0, false)]
    [InlineData(0, 1, 512, false)]
    [InlineData(512, 0x10000, 512, false)]
    [InlineData(512, 3, 512, false)]
    public void AnswersHaveTheirNodes(int middle, uint split, int leaves, bool fits)
    {
        var answer = new CircleAnswer
        {
            Middle = Zeros(middle),
            Split = split,
            Leaves = Zeros(leaves),
        };
        Assert.Equal(fits, ControlMessages.TryParse(answer.ToByteArray(), out CircleAnswer? _));
    }

    [Theory]
    [InlineData("4211" + "08011a0d" + "00", false)] // cut off
    [InlineData("420c" + "08011208" + "0102030405060708", true)] // lazy, packed: one
    [InlineData("420b" + "080111" + "0102030405060708", true)] // lazy, not packed
    [InlineData("420b" + "08011207" + "01020304050607", false)] // seven bytes
    [InlineData("4205" + "080112" + "0100", false)]
    [InlineData("4204" + "08011008", false)] // as a varint
    public void PackedFieldsAreJudged(string hex, bool fits) =>
        Assert.Equal(fits, ControlMessages.TryParse(Convert.FromHexString(hex), out Message? _));

    [Theory]
    [InlineData("0a03" + "010203", true)] // missing 1, 2, 3
    [InlineData("0801" + "0a0102", true)] // 1, then packed 2
    [InlineData("0a0180", false)] // broken off
    [InlineData("0a0140", false)] // 64
    [InlineData("0a0a" + "ffffffffffffffffff01", false)] // more than 32 bits
    public void PackedVarintsAreJudged(string hex, bool fits) =>
        Assert.Equal(
            fits,
            ControlMessages.TryParse(Convert.FromHexString(hex), out CircleAnswer? _)
        );

    [Fact]
    public void EmptyPackedFieldsCount()
    {
        var body = Enumerable.Repeat((byte[])[0x0A, 0x00], 65).SelectMany(pair => pair).ToArray();
        Assert.False(ControlMessages.TryParse(body, out CircleAnswer? _));
        Assert.True(ControlMessages.TryParse(body.AsSpan(2), out CircleAnswer? _));
    }

    [Fact]
    public void RandomBytesNeverThrowNorTakeMemory()
    {
        var random = new Random(12);
        byte[][] seeds =
        [
            .. GoodMessages.Select(row => row.Data.Item2.ToByteArray()),
            .. GoodRequests.Select(row => row.Data.Item2.ToByteArray()),
        ];
        for (var i = 0; i < 100_000; i++)
        {
            var body = seeds[random.Next(seeds.Length)].ToArray();
            for (var k = random.Next(4); k >= 0 && body.Length > 0; k--)
                body[random.Next(Math.Min(body.Length, 40))] = (byte)random.Next(256);
            body = body[..random.Next(body.Length + 1)];
            // What the bytes cost they cost every time; what the runtime makes once, once.
            var taken = Math.Min(Taken(body), Taken(body));
            Assert.InRange(taken, 0, 60_000 + (4 * body.Length));
        }
    }

    private static long Taken(byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ControlMessages.TryParse(body, out Message? _);
        _ = ControlMessages.TryParse(body, out Request? _);
        _ = ControlMessages.TryParse(body, out CircleAnswer? _);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ByteString Zeros(int bytes) => ByteString.CopyFrom(new byte[bytes]);

    private static Message Nodes(uint depth, int bytes) =>
        new()
        {
            HeadsNodes = new HeadsNodes { Depth = depth, Nodes = Zeros(bytes) },
        };

    private static HeadNews New(int head = 182, uint hops = 4, int delta = 0) =>
        new()
        {
            Head = Zeros(head),
            Hops = hops,
            Delta = Zeros(delta),
        };

    private static Message News(int count, HeadNews news) =>
        new() { Heads = new Heads { News = { Enumerable.Repeat(news, count) } } };

    private static Message Cleared(uint depth, params byte[] prefixes) =>
        new()
        {
            Heads = new Heads { Cleared = ByteString.CopyFrom(prefixes), ClearedDepth = depth },
        };

    private static Request Wants(int count, int leaves, uint parts = 0, int fresh = 0) =>
        new()
        {
            Circle = new CircleRequest
            {
                Wants = { Enumerable.Repeat(new CircleWant { Root = 1 }, count) },
                HaveLeaves = Zeros(leaves),
                Parts = parts,
                Fresh = Zeros(fresh),
            },
        };
}
