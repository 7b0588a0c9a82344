using FriendNet.Crypto.Ipsec;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Two daemons of which one is slow at AES at first, then neither is.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CipherTests
{
    [Fact]
    public async Task BothMustBeQuickAtAes()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("music/one.flac", 3_000_001, seed: 1);
        scratch.File("music/two.flac", 3_000_001, seed: 2);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        bob.Environment["DOTNET_EnableVAES"] = "0";
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);
        alice.Ok("share", "add", Path.Combine(scratch, "music"));
        await Fetch("one.flac");
        await Shows("ChaCha20-Poly1305");

        bob.Stop();
        bob.Environment.Clear();
        bob.Start();
        await Fetch("two.flac");
        await Shows(Libipsec.IsReady ? "AES-256-GCM" : "ChaCha20-Poly1305");

        async Task Fetch(string name)
        {
            var target = scratch.Folder("target");
            bob.Ok("get", await bob.Find(name), "-o", target);
            MainJobTests.Same(Path.Combine(scratch, "music", name), Path.Combine(target, name));
        }

        async Task Shows(string cipher)
        {
            await bob.Until("/peers/alice", ContractJson.Default.Peer, Is(cipher));
            await alice.Until("/peers/bob", ContractJson.Default.Peer, Is(cipher));
        }
    }

    private static Func<Peer, bool> Is(string cipher) =>
        peer => peer.State == "online" && peer.Cipher == cipher;
}
