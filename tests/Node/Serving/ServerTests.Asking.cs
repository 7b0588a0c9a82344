using System.Runtime.InteropServices;
using FriendNet.Node.Links;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using Xunit;

namespace FriendNet.Tests.Node.Serving;

// How a friend asks, and what of the answer is looked at.
public sealed partial class ServerTests
{
    private static RunOfContent Run(SharingSide side, string path, int run)
    {
        IndexedFile file = side.Files.Single(file => file.Path == path);
        return new(new ContentId(file.Root, file.Size), run);
    }

    private static Collected Ask(Side asker, SharingSide sharer, RunOfContent[] runs)
    {
        return Send(asker, sharer, Fetch(runs), runs.Sum(run => run.Bytes));
    }

    private static Request Fetch(RunOfContent[] runs)
    {
        var fetch = new FetchRequest();
        fetch.Slices.AddRange(runs.Select(run => run.ToRequest()));
        return new() { Fetch = fetch };
    }

    private static Collected Send(Side asker, SharingSide sharer, Request request, int credit)
    {
        var link = asker.Our.Links.Find(sharer.Side.Id) ?? Linked(asker, sharer);
        var sink = new Collected();
        Assert.NotEqual(default, link.Open(request, credit, sink));
        Assert.Null(sink.Wait());
        Assert.True(sink.HasEnded);
        return sink;
    }

    private static Collected[] Ask(Link link, Request request, int times)
    {
        var credit = ControlMessages.DataBytes(request.Fetch)!.Value;
        var sinks = Enumerable.Range(0, times).Select(_ => new Collected()).ToArray();
        foreach (var sink in sinks)
            Assert.NotEqual(default, link.Open(request, credit, sink));
        return sinks;
    }

    private static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Side.Patience));

    private static Link Linked(Side asker, SharingSide sharer)
    {
        asker.Befriend(sharer.Side);
        asker.Dialer.Dial(sharer.Side.Id, [sharer.Side.Address]);
        return asker.Opened();
    }

    private static void Check(RunOfContent[] asked, Collected answer, AnswerStep each)
    {
        var check = new AnswerCheck(asked);
        var slices = new SliceCheck();
        List<byte> whole = [];
        List<AnswerStep> steps = [];
        foreach (var (isPart, bytes) in answer.Pieces)
        {
            var run = asked[Math.Min(check.Index, asked.Length - 1)];
            var step = isPart ? check.Header(bytes) : check.Data(bytes.Length);
            whole.AddRange(isPart ? [] : bytes);
            if (step == AnswerStep.Whole)
            {
                Assert.True(slices.IsGood(run, CollectionsMarshal.AsSpan(whole), check.Proof));
                whole.Clear();
            }

            if (step != AnswerStep.More)
                steps.Add(step);
        }

        Assert.Equal(Enumerable.Repeat(each, asked.Length), steps);
        Assert.True(check.IsComplete);
    }
}
