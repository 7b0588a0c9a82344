using System.Collections.Concurrent;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Cli;
using FriendNet.Tests.Node.Links;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FriendNet.Tests.Node.Running;

/// <summary>What the daemon says of itself to who reads its log.</summary>
public sealed class NodeLogTests
{
    [Fact]
    public async Task WhatHappensIsSaidInALineEach()
    {
        var alice = await Person.Start("Alice", LogLevel.Information);
        var bob = await Person.Start("Bob", LogLevel.Debug);
        alice.File("mus\u202eic/a.mp3");
        var music = alice.Folder("mus\u202eic");
        // What was written just now is left for another look.
        File.SetLastWriteTimeUtc(Path.Combine(music, "a.mp3"), DateTime.UnixEpoch);
        await alice.Ok("share", "add", music);
        await alice.Befriend(bob);
        await bob.Until(all => all.GetArrayLength() == 1, "search", "mp3");
        await bob.Ok("get", "1", "-o", bob.Folder("target"));
        await alice.DisposeAsync();
        await bob.Until(
            friend => friend.GetProperty("state").GetString() == "offline",
            "friend",
            "show",
            "Alice"
        );
        await bob.DisposeAsync();

        Says(alice, "<6>Node: Bob is a friend now: the invitation was redeemed.");
        Says(alice, "<6>Node: Bob is linked: it dialed us, over IPv4 in the local network.");
        Says(alice, "<6>Node: Friends are told that we are at 127.0.0.1:");
        Says(alice, @"<6>Node: mus\u{202E}ic was looked through: 1 file, 0.0 MB in ");
        Assert.DoesNotContain("<7>", $"{alice.Log}", StringComparison.Ordinal);

        Says(bob, "<6>Node: Alice is a friend now: the invitation was redeemed.");
        Says(bob, "<6>Node: Alice is linked: we dialed, over IPv4 in the local network.");
        Says(bob, "<7>Node: The catalog of Alice is here: 1 file.");
        Says(bob, "<6>Node: a.mp3 is being fetched: 1 file, 0.0 MB.");
        Says(bob, "<6>Node: a.mp3 is done: 1 file, 0.0 MB.");
        Says(bob, "<6>Node: The link to Alice ended: closed by the friend");
    }

    [Fact]
    public async Task AFriendThatComesAndGoesDoesNotFillTheLog()
    {
        const int times = 40;
        var alice = await Person.Start("Alice", LogLevel.Information);
        using (var bob = new Side("Bob"))
        {
            var invitation = (await alice.Ok("invite", "create", "--json")).Json;
            await bob.Dialer.RedeemAsync(invitation.GetProperty("link").GetString()!);
            bob.Opened();
            var id = Id(alice);
            for (var i = 0; i < times; i++)
            {
                bob.Our.Links.Find(id)!.Close(CloseCode.Bye);
                bob.Next<Input.LinkClosed>();
                bob.Dialer.Dial(id, [alice.Node.Gate.Listening[0].ToString()]);
                bob.Opened();
            }
        }

        await alice.DisposeAsync();
        var lines = $"{alice.Log}".Split('\n');
        Assert.InRange(
            lines.Count(line => line.Contains("Bob", StringComparison.Ordinal)),
            times / 4,
            times
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LinesLostInAJamLoseNoLinksAndNoFriends(bool isLinkedBefore)
    {
        const string linked = "<6>Node: Bob is linked";
        using var log = new Jam();
        await using var alice = await Person.Start("Alice", LogLevel.Information, log);
        using (var bob = new Side("Bob"))
        {
            var invitation = (await alice.Ok("invite", "create", "--json")).Json;
            var link = invitation.GetProperty("link").GetString()!;
            if (isLinkedBefore)
            {
                await Redeem(link);
                Until(() => log.Has(linked));
            }

            log.Hold();
            var content = new ContentId(new Hash256(new byte[32]), 1);
            var id = alice.Node.Downloads.StartFile("a", content, alice.Folder("target"));
            // More lines than may wait.
            for (var i = 0; i < 1_100; i++)
            {
                Assert.True(alice.Node.Downloads.Pause(id));
                Assert.True(alice.Node.Downloads.Resume(id));
            }

            if (!isLinkedBefore)
            {
                await Redeem(link);
            }

            Leave();
            log.Release();
            // Until the lines that waited are gone, those of now may be lost too.
            Until(() =>
            {
                if (log.Has(linked))
                {
                    return true;
                }

                bob.Dialer.Dial(Id(alice), [alice.Node.Gate.Listening[0].ToString()]);
                bob.Opened();
                Leave();
                return false;
            });

            async Task Redeem(string invited)
            {
                await bob.Dialer.RedeemAsync(invited);
                bob.Opened();
            }

            void Leave()
            {
                bob.Our.Links.Find(Id(alice))!.Close(CloseCode.Bye);
                bob.Next<Input.LinkClosed>();
                Until(() => alice.Node.Links.All.Count == 0);
            }
        }
    }

    private static FriendId Id(Person person) => FriendId.Of(person.Node.Card.SigningKey.Bytes);

    private static void Until(Func<bool> holds) =>
        Assert.True(SpinWait.SpinUntil(holds, Side.Patience));

    private static void Says(Person person, string line) =>
        Assert.Contains($"\n{line}", $"\n{person.Log}", StringComparison.Ordinal);

    /// <summary>A reader of the log that may stop reading.</summary>
    private sealed class Jam : StringWriter
    {
        private readonly ManualResetEventSlim _reads = new(true);
        private readonly ConcurrentQueue<string> _lines = new();

        /// <summary>Reads no more; what was read is forgotten.</summary>
        internal void Hold()
        {
            _reads.Reset();
            _lines.Clear();
        }

        internal void Release() => _reads.Set();

        internal bool Has(string start) =>
            _lines.Any(line => line.StartsWith(start, StringComparison.Ordinal));

        public override void WriteLine(string? value)
        {
            _reads.Wait(Side.Patience);
            _lines.Enqueue(value!);
        }

        protected override void Dispose(bool disposing)
        {
            _reads.Set();
            _reads.Dispose();
            base.Dispose(disposing);
        }
    }
}
