using FriendNet.Crypto.Identity;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Links;

public sealed class RaceTests : IDisposable
{
    private const int Newcomers = 1_000;

    /// <summary>All of them fit in the gate; the rest come as these leave.</summary>
    private const int AtOnce = 250;

    /// <summary>Who is answered is answered sooner, also on a busy machine.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(4);

    private readonly Side _alice = new("Alice");

    /// <summary>Where all newcomers store what they get: one file is enough.</summary>
    private readonly SomeNode _newcomers = new("Newcomers");
    private readonly FriendStore _store;
    private readonly SemaphoreSlim _places = new(AtOnce);

    public RaceTests() => _store = _newcomers.Open();

    public void Dispose()
    {
        _alice.Dispose();
        _store.Dispose();
        _newcomers.Dispose();
        _places.Dispose();
    }

    [Fact]
    public async Task Of_a_thousand_racing_redemptions_exactly_one_makes_a_friend()
    {
        var (_, link) = _alice.Invite();
        var results = await Task.WhenAll(
            Enumerable.Range(0, Newcomers).Select(i => RaceAsync(i, link))
        );
        var winner = Assert.Single(results, result => result.Outcome == RedeemOutcome.Redeemed);
        Assert.Equal("Alice", winner.Friend!.Name);
        Assert.Equal(
            Newcomers - 1,
            results.Count(result => result.Outcome == RedeemOutcome.Silent)
        );
        Assert.Single(_alice.Store.Friends);
        Assert.Equal(Newcomers, _alice.Gate.Status.Accepted);
        Assert.Equal(1, _alice.Gate.Status.Admitted);
    }

    private async Task<RedeemResult> RaceAsync(int number, string link)
    {
        await _places.WaitAsync();
        try
        {
            return await Task.Run(() => RedeemAsync(number, link));
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<RedeemResult> RedeemAsync(int number, string link)
    {
        using var keys = IdentityKeys.Create(Entropy.Instance);
        var card = Card.Create(keys, $"N{number}", 1);
        var links = new LinkTable();
        var closed = new TaskCompletionSource();
        void Post(Input input)
        {
            if (input is Input.LinkClosed)
            {
                closed.SetResult();
            }
        }

        using var dialer = new Dialer(
            new OurSide(keys, card, _store, links, Entropy.Instance, SomeNode.Now, Post, _ => { }),
            AnswerTime
        );
        var result = await dialer.RedeemAsync(link);
        foreach (var open in links.All)
        {
            open.Close(CloseCode.Bye);
            await closed.Task.WaitAsync(Side.Patience);
        }

        return result;
    }
}
