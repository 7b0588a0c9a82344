using System.Buffers;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Circles;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Running;
using Xunit;

namespace FriendNet.Tests.Node.Circles;

/// <summary>What we answer of our own circle catalog, from head to head.</summary>
public sealed class OwnCircleTests : IDisposable
{
    // So that a few changes are shorter than everything.
    private const int Files = 50;
    private readonly AudienceFixture _fixture = new();
    private readonly OwnCircle _own;

    public OwnCircleTests() => _own = new OwnCircle(_fixture.Views);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task WhoWasAwayGetsTheChanges()
    {
        var first = await Begin();
        var second = await Add("second.txt", first);
        var third = await Add("third.txt", second);

        var changes = Steps(third, first);
        Assert.Equal(
            ["stays/second.txt", "stays/third.txt"],
            changes.Select(step => step.Path.ToString())
        );
        Assert.Equal(Files + 2, Steps(third, default).Count);
    }

    [Fact]
    public async Task WhatCameAndWentWhileSomebodyWasAwayIsNotNamedToIt()
    {
        var first = await Begin();
        await _fixture.Share("leaves", Audience.OfCircle);
        var second = await Take(Files + 1, first);
        var third = await Add("later.txt", second);
        _fixture.Change("leaves", Audience.AllFriends);
        var fourth = await Take(Files + 1, third);

        Assert.All(
            Steps(fourth, first),
            step => Assert.StartsWith("stays/", step.Path.ToString(), StringComparison.Ordinal)
        );
        // Who saw it is told that it is gone, and nothing else but news.
        Assert.Equal(2, Steps(fourth, second).Count);
    }

    [Fact]
    public async Task WhatDoesNotJoinIsNotTold()
    {
        var first = await Begin();
        var second = await Add("second.txt", first);
        // Under a fresh pseudonym, after a withdrawal: nothing leads there.
        var third = await Add("third.txt", second, last: default(CatalogHead));
        var fourth = await Add("fourth.txt", third);

        Assert.Equal(Files + 3, Steps(fourth, first).Count);
        Assert.Single(Steps(fourth, third));
    }

    [Fact]
    public async Task AHeadThatCouldNotBeSignedAtOnceIsLedToOnce()
    {
        var first = await Begin();
        var second = await Add("second.txt", first);
        await Add("third.txt", second);
        var third = await Take(Files + 2, second);
        var fourth = await Add("fourth.txt", third);

        Assert.Equal(3, Steps(fourth, first).Count);
    }

    [Fact]
    public async Task WhatIsShownNoMoreIsMissingUntilTheRestIsSigned()
    {
        var first = await Begin();
        var second = await Add("second.txt", first);
        await _fixture.Share("leaves", Audience.OfCircle);
        var third = await Take(Files + 2, second);
        _fixture.Change("leaves", Audience.AllFriends);
        _own.Drop();
        Assert.Equal(CircleWay.None, Way(third, second));
        Assert.Equal(CircleWay.None, Way(third, default));

        // The rest is what it was before: it was signed once.
        await _fixture.Told(Views.Circle, Files + 1);
        Assert.Equal(CircleWay.Written, Way(second, default));
        var fourth = await Take(Files + 1, third);
        Assert.Equal(second, fourth);
        Assert.Equal(DeltaKind.RemoveTree, Assert.Single(Steps(fourth, third)).Kind);
    }

    private CircleWay Way(CatalogHead head, CatalogHead have) =>
        _own.Write(head, have.Root.Tag, isAlone: true, new ArrayBufferWriter<byte>());

    private async Task<CatalogHead> Begin()
    {
        await _fixture.Share("stays", Audience.OfCircle);
        for (var file = 1; file < Files; file++)
        {
            _fixture.Write("stays", $"{file:D2}.txt");
        }

        return await Take(Files, default);
    }

    private async Task<CatalogHead> Add(string file, CatalogHead had, CatalogHead? last = null)
    {
        _fixture.Write("stays", file);
        return await Take(had.Entries + 1, last ?? had);
    }

    private async Task<CatalogHead> Take(long entries, CatalogHead last)
    {
        await _fixture.Told(Views.Circle, (int)entries);
        var head = _own.Take(last, out _)!.Value;
        Assert.Equal(entries, head.Entries);
        return head;
    }

    private List<DeltaStep> Steps(CatalogHead head, CatalogHead have)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(CircleWay.Written, _own.Write(head, have.Root.Tag, isAlone: true, output));
        var source = ChangeCheck.StepsOf(output.WrittenMemory);
        var steps = new List<DeltaStep>();
        for (var at = have.Root.Tag; at != head.Root.Tag; )
        {
            using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
            DeltaStatus status;
            while ((status = source(reader, out var step)) != DeltaStatus.End)
            {
                Assert.True(status is DeltaStatus.Header or DeltaStatus.Step, $"{status}");
                if (status == DeltaStatus.Step)
                {
                    steps.Add(step);
                }
            }

            Assert.True(reader.Tags.From == at || reader.Tags.From == 0, "It does not join.");
            at = reader.Tags.To;
        }

        return steps;
    }
}
