using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Xunit;

namespace FriendNet.Tests.Protocol.Wire;

public sealed class ControlMessagesTests
{
    private static readonly ByteString Root = ByteString.CopyFrom(new byte[32]);

    public static TheoryData<string, Message> GoodMessages =>
        new()
        {
            {
                "hello",
                new Message { Hello = new Hello { Version = 1 } }
            },
            {
                "head",
                new Message { Head = HeadOf(long.MaxValue) }
            },
            {
                "addresses",
                new Message { Addresses = AddressesOf(Limits.AddressesMax) }
            },
            { "none", new Message() },
        };

    public static TheoryData<string, Message> BadMessages =>
        new()
        {
            {
                "version 0",
                new Message { Hello = new Hello() }
            },
            {
                "short root",
                new Message { Head = new Head { Root = ByteString.Empty } }
            },
            {
                "huge count",
                new Message { Head = HeadOf(1UL << 63) }
            },
            {
                "many",
                new Message { Addresses = AddressesOf(Limits.AddressesMax + 1) }
            },
            {
                "control character",
                new Message { Addresses = AddressesOf(1, "a\n:1") }
            },
            {
                "long",
                new Message { Addresses = AddressesOf(1, new string('a', 260)) }
            },
            {
                "empty",
                new Message { Addresses = AddressesOf(1, "") }
            },
        };

    public static TheoryData<string, Request> GoodRequests =>
        new()
        {
            {
                "all",
                new Request { Catalog = new CatalogRequest() }
            },
            {
                "delta",
                new Request { Catalog = new CatalogRequest { HaveRoot = Root } }
            },
            {
                "whole run",
                new Request { Fetch = FetchOf(1, 1 << 20, 0) }
            },
            {
                "small files",
                new Request { Fetch = FetchOf(256, 4096, 0) }
            },
            {
                "last run",
                new Request { Fetch = FetchOf(1, (1 << 20) + 1, 1) }
            },
            {
                "leaves",
                new Request { Leaves = new LeavesRequest { Slice = SliceOf(5, 0) } }
            },
            { "none", new Request() },
        };

    public static TheoryData<string, Request> BadRequests =>
        new()
        {
            {
                "31 bytes",
                new Request { Catalog = new CatalogRequest { HaveRoot = Short } }
            },
            {
                "no slices",
                new Request { Fetch = new FetchRequest() }
            },
            {
                "too many",
                new Request { Fetch = FetchOf(257, 1, 0) }
            },
            {
                "too much",
                new Request { Fetch = FetchOf(2, 1 << 20, 0) }
            },
            {
                "empty file",
                new Request { Fetch = FetchOf(1, 0, 0) }
            },
            {
                "run past the end",
                new Request { Fetch = FetchOf(1, 1 << 20, 1) }
            },
            {
                "last possible run",
                new Request { Fetch = FetchOf(1, 1, uint.MaxValue) }
            },
            {
                "file too long",
                new Request { Fetch = FetchOf(1, (1UL << 44) + 1, 0) }
            },
            {
                "no root",
                new Request { Fetch = new FetchRequest { Slices = { NoRoot } } }
            },
            {
                "no slice",
                new Request { Leaves = new LeavesRequest() }
            },
        };

    private static ByteString Short => ByteString.CopyFrom(new byte[31]);

    private static SliceRequest NoRoot => new() { Length = 1 };

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
    [InlineData(0, true)]
    [InlineData(24 * 32, true)]
    [InlineData(25 * 32, false)]
    [InlineData(33, false)]
    public void AProofHasWholeHashesAndFewOfThem(int bytes, bool fits)
    {
        var part = new SliceHeader { Proof = ByteString.CopyFrom(new byte[bytes]) };
        Assert.Equal(fits, ControlMessages.TryParse(part.ToByteArray(), out SliceHeader? _));
    }

    [Theory]
    [InlineData("0a020801", true)] // hello { version: 1 }
    [InlineData("0a0208011200", false)] // hello and head: two of a oneof
    [InlineData("0a0208010a020801", false)] // hello twice
    [InlineData("0a0408010801", false)] // version twice
    [InlineData("0a020801a20600", true)] // unknown field 100, empty
    [InlineData("0a0208010b0c", false)] // a group
    [InlineData("0a020d01", false)] // version as 4 bytes, of which one is there
    [InlineData("0a050d01000000", false)] // version as 4 bytes
    [InlineData("0a0308ff", false)] // cut off
    [InlineData("0a0c08ffffffffffffffffffff01", false)] // varint of 11 bytes
    [InlineData("0affffffff0f", false)] // 4 GiB claimed
    [InlineData("00", false)] // field 0
    [InlineData("0a030801ff", false)]
    [InlineData("1a040a02c328", false)] // an address that is not UTF-8
    public void BytesAreJudged(string hex, bool fits) =>
        Assert.Equal(fits, ControlMessages.TryParse(Convert.FromHexString(hex), out Message? _));

    [Fact]
    public void EveryRepeatedFieldHasALimit()
    {
        var repeated =
            from message in FriendnetReflection.Descriptor.MessageTypes
            from field in message.Fields.InDeclarationOrder()
            where field.IsRepeated
            select field.FullName;
        Assert.Equal(
            repeated.Order(StringComparer.Ordinal),
            ControlMessages.RepeatsMax.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void NoMessageNestsInItself() =>
        Assert.All(
            FriendnetReflection.Descriptor.MessageTypes,
            message => Assert.InRange(Depth(message, 0), 1, 8)
        );

    [Fact]
    public void EveryFieldFitsTheTableOfCounts() =>
        Assert.All(
            FriendnetReflection.Descriptor.MessageTypes,
            message =>
                Assert.InRange(
                    message.Fields.InDeclarationOrder().Count + message.Oneofs.Count,
                    0,
                    32
                )
        );

    [Fact]
    public void RandomBytesNeverThrowNorTakeMemory()
    {
        var random = new Random(11);
        var seeds = GoodMessages.Select(row => row.Data.Item2.ToByteArray()).ToArray();
        var requests = GoodRequests.Select(row => row.Data.Item2.ToByteArray()).ToArray();
        for (var i = 0; i < 30_000; i++)
        {
            var body = Mutate(i % 2 == 0 ? seeds : requests, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = ControlMessages.TryParse(body, out Message? _);
            _ = ControlMessages.TryParse(body, out Request? _);
            _ = ControlMessages.TryParse(body, out SliceHeader? _);
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(taken, 0, 30_000 + (20 * body.Length));
        }
    }

    // 32,768 empty slices would be 32,768 objects; the shape is judged before any is made.
    [Fact]
    public void ManySmallPiecesTakeNoMemory()
    {
        var body = new byte[Limits.FrameBodyBytesMax];
        body[0] = 0x12;
        body[1] = 0xFC;
        body[2] = 0xFF;
        body[3] = 0x03;
        for (var i = 4; i < body.Length; i += 2)
        {
            body[i] = 0x0A;
        }

        _ = ControlMessages.TryParse(body, out Request? _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ControlMessages.TryParse(body, out Request? _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    private static int Depth(MessageDescriptor message, int above) =>
        above > 8
            ? above
            : message
                .Fields.InDeclarationOrder()
                .Where(field => field.FieldType == FieldType.Message)
                .Select(field => Depth(field.MessageType, above + 1))
                .Append(above + 1)
                .Max();

    private static byte[] Mutate(byte[][] seeds, Random random)
    {
        if (random.Next(4) == 0)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var body = seeds[random.Next(seeds.Length)].ToArray();
        for (var i = 0; i < random.Next(1, 4) && body.Length > 0; i++)
        {
            body[random.Next(Math.Min(body.Length, 60))] = (byte)random.Next(256);
        }

        return body[..random.Next(body.Length + 1)];
    }

    private static Head HeadOf(ulong count) =>
        new()
        {
            Root = Root,
            Entries = count,
            Bytes = count,
        };

    private static Addresses AddressesOf(int count, string address = "192.0.2.1:7331") =>
        new() { Address = { Enumerable.Repeat(address, count) } };

    private static SliceRequest SliceOf(ulong length, uint run) =>
        new()
        {
            Root = Root,
            Length = length,
            Run = run,
        };

    private static FetchRequest FetchOf(int count, ulong length, uint run) =>
        new() { Slices = { Enumerable.Repeat(SliceOf(length, run), count) } };
}
