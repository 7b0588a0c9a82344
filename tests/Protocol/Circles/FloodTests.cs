using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>A friend that tells as much as it can.</summary>
[Collection(nameof(MemoryTests))]
public sealed class FloodTests
{
    private const int Pseudonyms = 100_000;
    private readonly OneEngine _engine = new();

    [Fact]
    public void AHundredThousandPseudonymsAreFourThousand()
    {
        var heads = OneEngine.Heads(Limits.HeadsPerFriendMax + 128, entries: 2000);
        var messages = Messages(heads).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var begun = _engine.Now;
        _engine.Open(0);
        var (offers, entries, waits) = (0, 0L, 0);
        foreach (var message in messages)
        {
            _engine.Say(0, message);
            // As a sender that keeps to the window: it is told to go on, however late.
            for (var taken = 0; taken < message.News.Count; )
            {
                foreach (var effect in _engine.DrainOrWait())
                {
                    taken += (int)((effect as Effect.Send)?.Message.HeadsTaken?.Heads ?? 0);
                    offers += (effect as Effect.KeepOffers)?.Changes.Count ?? 0;
                    waits += effect is Effect.CircleWaits ? 1 : 0;
                    Assert.IsNotType<Effect.CloseLink>(effect);
                    if (effect is not Effect.FetchCircle ask)
                        continue;
                    entries += ask.Wants.Sum(head => head.Head.Content.Entries);
                    _engine.Give(ask);
                }
            }
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(Limits.HeadsPerFriendMax, offers);
        // The rest is kept for what it publishes itself.
        Assert.Equal(Limits.CircleEntriesPerFriendMax - Limits.CircleOwnEntriesMax, entries);
        var seconds = (_engine.Now - begun).TotalSeconds;
        var least = (Pseudonyms - Limits.HeadsBurst) / (double)Limits.HeadsPerSecond;
        Assert.InRange(seconds, least - 20, least * 1.1);
        // Said in words, once in ten minutes.
        Assert.InRange(waits, 1, 1 + (seconds / 600));
        // The heads themselves are the test's.
        Assert.InRange(bytes, 0, 8 * 1024 * 1024);
        GC.KeepAlive(messages);
    }

    [Fact]
    public void ItHoldsOneOfThePlacesAndTheOthersTakeTurns()
    {
        _engine.Open(0);
        _engine.Tell(0, OneEngine.Heads(128, entries: 100));
        var flood = Assert.Single(_engine.Drain().OfType<Effect.FetchCircle>());
        Assert.Equal(Limits.CircleWantsMax, flood.Wants.Count);
        var asked = new List<Effect.FetchCircle>();
        for (var friend = 1; friend < 10; friend++)
        {
            _engine.Open(friend);
            _engine.Tell(friend, OneEngine.Heads(1, entries: 100, first: 1000 * friend));
            asked.AddRange(_engine.Drain().OfType<Effect.FetchCircle>());
        }

        // The flood's is never answered.
        Assert.Equal(Limits.CircleAsksMax - 1, asked.Count);
        for (var i = 0; i < asked.Count; i++)
        {
            _engine.Give(asked[i]);
            asked.AddRange(_engine.Drain().OfType<Effect.FetchCircle>());
        }

        Assert.Equal(9, asked.Select(ask => ask.Friend).Distinct().Count());
    }

    [Fact]
    public void OverTheWindowIsMalformed()
    {
        _engine.Open(0);
        _engine.Drain();
        var junk = new HeadNews { Gone = ByteString.CopyFrom(new byte[32]) };
        var message = new Heads { News = { Enumerable.Repeat(junk, Limits.HeadsBatchMax) } };
        // The burst is used up, then the count waits for its rate.
        for (var sent = 0; sent < Limits.HeadsBurst; sent += Limits.HeadsBatchMax)
            _engine.Say(0, message);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.CloseLink);
        _engine.Say(0, message);
        Assert.Empty(_engine.Drain());
        _engine.Say(0, message);
        Assert.Contains(_engine.Drain(), effect => effect is Effect.CloseLink);
    }

    // Else the burst would be there again with each link.
    [Fact]
    public void ANewLinkBringsNoNewBurst()
    {
        _engine.Open(0);
        _engine.Drain();
        var junk = new HeadNews { Gone = ByteString.CopyFrom(new byte[32]) };
        var message = new Heads { News = { Enumerable.Repeat(junk, Limits.HeadsBatchMax) } };
        for (var sent = 0; sent < Limits.HeadsBurst; sent += Limits.HeadsBatchMax)
            _engine.Say(0, message);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.CloseLink);
        _engine.Sync.HandleClosed(OneEngine.LinkOf(0), _engine.Now);
        _engine.Open(0);
        _engine.Drain();
        // It is counted when the rate allows, not at once.
        _engine.Say(0, message);
        Assert.Empty(_engine.Drain());
    }

    // A word of taking something back that was never offered makes no room for heads to check.
    [Fact]
    public void WhatIsOverTheBoundIsNotChecked()
    {
        var heads = OneEngine.Heads(Limits.HeadsPerFriendMax + 100, entries: 1);
        var read = heads.ToDictionary(head => head.Pseudonym);
        var checks = 0;
        var engine = new OneEngine(bytes =>
        {
            checks++;
            return SignedHead.TryPeek(bytes.Span, out var id) ? read[id] : null;
        });
        engine.Open(0);
        foreach (var batch in heads.Take(Limits.HeadsPerFriendMax).Chunk(64))
            engine.Tell(0, batch);
        Assert.Equal(Limits.HeadsPerFriendMax, checks);
        var message = new Heads
        {
            News =
            {
                new HeadNews { Gone = ByteString.CopyFrom(new byte[32]) },
                new HeadNews { Gone = ByteString.CopyFrom(heads[0].Pseudonym.Key.ToArray()) },
            },
        };
        foreach (var head in heads.Skip(Limits.HeadsPerFriendMax))
        {
            var bytes = UnsafeByteOperations.UnsafeWrap(head.Encoded);
            message.News.Add(new HeadNews { Head = bytes, Hops = 2 });
        }

        engine.Say(0, message);
        // One was taken back, so one more is looked at.
        Assert.Equal(Limits.HeadsPerFriendMax + 1, checks);
        Assert.DoesNotContain(engine.Drain(), effect => effect is Effect.CloseLink);
    }

    [Fact]
    public void ACountOfNothingIsMalformed()
    {
        var taken = new Message { HeadsTaken = new HeadsTaken { Lazy = { 7 } } };
        Assert.False(ControlMessages.TryParse(taken.ToByteArray(), out Message? _));
        taken.HeadsTaken.Heads = 1;
        Assert.True(ControlMessages.TryParse(taken.ToByteArray(), out Message? _));
    }

    // After the first ones, bytes that only look like heads: they are not worth a signature.
    private static IEnumerable<Heads> Messages(List<SignedHead> signed)
    {
        var random = new Random(3);
        for (var at = 0; at < Pseudonyms; at += Limits.HeadsBatchMax)
        {
            var heads = new Heads();
            for (var i = at; i < Math.Min(Pseudonyms, at + Limits.HeadsBatchMax); i++)
            {
                var bytes = new byte[SignedHead.Bytes];
                random.NextBytes(bytes);
                bytes[0] = 1;
                var head = i < signed.Count ? signed[i].Encoded : bytes;
                heads.News.Add(
                    new HeadNews { Head = UnsafeByteOperations.UnsafeWrap(head), Hops = 2 }
                );
            }

            yield return heads;
        }
    }
}
