using System.Collections.Concurrent;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// Makes links from this end: to friends, and to who invited us. One thread a dial, which is the
/// link's reader afterwards.
/// </summary>
/// <param name="answerTime">For an answer to our hello; Limits.HandshakeSeconds if null.</param>
public sealed class Dialer(OurSide our, TimeSpan? answerTime = null) : IDisposable
{
    private const int ThreadBytes = 256 * 1024;
    private const string NoFriend = "not a friend any more";
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<FriendId, IReadOnlyList<DialAttempt>> _attempts = new();
    private readonly TimeSpan _answerTime =
        answerTime ?? TimeSpan.FromSeconds(Limits.HandshakeSeconds);
    private readonly StopSignal _stop = new();
    private readonly CountdownEvent _running = new(1);
    private readonly Lock _redeeming = new();

    /// <summary>The tries of the last dial to that friend, in order.</summary>
    public IReadOnlyList<DialAttempt> AttemptsAt(FriendId friend) =>
        _attempts.GetValueOrDefault(friend, []);

    /// <summary>
    /// Tries the addresses in order. Ends in LinkOpened, or in DialFailed, also where another link
    /// to the friend came up meanwhile.
    /// </summary>
    public void Dial(FriendId friend, IReadOnlyList<string> addresses) =>
        Start(() =>
        {
            var round = new DialRound(our, _stop, _answerTime);
            try
            {
                return Run(friend, addresses, round);
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                our.Warn($"A friend could not be dialed, since the disk failed: {e.Message}");
                return Failed(friend, round);
            }
        });

    /// <summary>
    /// Redeems an invitation: the inviter is a friend then, stored, and linked. Bounded by the
    /// time that its addresses take.
    /// </summary>
    public Task<RedeemResult> RedeemAsync(string link)
    {
        var result = new TaskCompletionSource<RedeemResult>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        var isStarted = Start(() =>
        {
            try
            {
                // One at a time: two of one link would end with another secret on each side.
                lock (_redeeming)
                {
                    return Redeem(link, result);
                }
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                result.TrySetResult(RedeemResult.DiskFailed(e.Message));
                return null;
            }
        });
        if (!isStarted)
        {
            result.TrySetResult(RedeemResult.Stopping);
        }

        return result.Task;
    }

    /// <summary>Ends all dials under way; links stay.</summary>
    public void Dispose()
    {
        _stop.Set();
        _running.Signal();
        if (_running.Wait(StopTime))
        {
            _stop.Dispose();
            _running.Dispose();
        }
    }

    /// <summary>
    /// The thread counts as running until it has a link or has failed. False: this stops.
    /// </summary>
    private bool Start(Func<Link?> dial)
    {
        if (_stop.IsSet || !_running.TryAddCount())
        {
            return false;
        }

        var thread = new Thread(
            () =>
            {
                Link? link;
                try
                {
                    link = dial();
                }
                finally
                {
                    _running.Signal();
                }

                link?.Run();
            },
            ThreadBytes
        )
        {
            IsBackground = true,
            Name = "dial",
        };
        thread.Start();
        return true;
    }

    private Link? Run(FriendId friend, IReadOnlyList<string> addresses, DialRound round)
    {
        foreach (var address in addresses)
        {
            if (_stop.IsSet || our.Links.Find(friend) is not null)
            {
                round.GiveUp(address, _stop.IsSet ? "stopping" : "linked meanwhile");
                break;
            }

            if (Try(friend, address, round) is { } shaken)
            {
                _attempts[friend] = round.Attempts;
                return Link(friend, address, shaken);
            }
        }

        return Failed(friend, round);
    }

    /// <summary>
    /// With the newest secret first. To silence with one before it: the answer by which the friend
    /// would know the newest may be lost.
    /// </summary>
    private Shaken? Try(FriendId friend, string address, DialRound round)
    {
        var secrets = our.Store.SecretsOf(friend);
        try
        {
            foreach (var usable in secrets)
            {
                var before = round.Attempts.Count;
                if (round.Try(address, () => Begin(friend, usable.Secret)) is { } shaken)
                {
                    // It knows the secret, so it has stored it.
                    our.Store.Confirm(friend, usable.Fresh);
                    return shaken;
                }

                if (round.Attempts.Skip(before).All(one => one.Result != DialResult.Silent))
                {
                    return null;
                }
            }
        }
        finally
        {
            foreach (var usable in secrets)
            {
                usable.Dispose();
            }
        }

        if (secrets.Count == 0)
        {
            round.GiveUp(address, NoFriend);
        }

        return null;
    }

    private Link? Failed(FriendId friend, DialRound round)
    {
        _attempts[friend] = round.Attempts;
        var tries = round.Attempts.Select(attempt => $"{attempt.Address}: {attempt.Why}");
        our.Post(new Input.DialFailed(friend, string.Join("; ", tries)));
        return null;
    }

    /// <summary>With a timestamp that is on disk before it is used.</summary>
    private DialerHandshake? Begin(FriendId friend, PairSecret secret) =>
        our.Store.Find(friend) is { } known
        && our.Store.NextTimestamp(friend, our.Now()) is { } timestamp
            ? DialerHandshake.TryStart(
                our.Keys.Agreement,
                known.Card.AgreementKey,
                secret,
                null,
                timestamp,
                our.Entropy
            )
            : null;

    private Link Link(FriendId friend, string address, Shaken shaken) =>
        our.Links.Add(
            LinkStart.Of(
                friend,
                dialed: true,
                address,
                shaken.Socket,
                shaken.Outcome.Keys,
                shaken.Early,
                null
            ),
            our.LinkSetting
        );

    private Link? Redeem(string text, TaskCompletionSource<RedeemResult> result)
    {
        var flaw = Invitation.Parse(text, our.Now(), out var invitation);
        using (invitation)
        {
            if (RedeemResult.Refusal(flaw, invitation, our) is { } refusal)
            {
                result.SetResult(refusal);
                return null;
            }

            our.Store.Invited.Redeeming(RedeemResult.KeyOf(invitation!));
            try
            {
                return Redeem(invitation!, result);
            }
            finally
            {
                our.Store.Invited.Redeeming(null);
            }
        }
    }

    private Link? Redeem(Invitation invitation, TaskCompletionSource<RedeemResult> result)
    {
        using var secret = PairSecret.FromInvitation(invitation.Secret);
        var round = new DialRound(our, _stop, _answerTime);
        foreach (var place in invitation.Addresses)
        {
            var address = place.ToString();
            var sent = default(Instant);
            var shaken = round.Try(
                address,
                () => Begin(invitation, secret, sent = NextTimestamp(invitation))
            );
            if (shaken is not null)
            {
                return Befriend(invitation, address, shaken, sent, result);
            }
        }

        result.SetResult(RedeemResult.NotReached(round.Attempts));
        return null;
    }

    /// <summary>Later than all that a friend of old has had of us.</summary>
    private Instant NextTimestamp(Invitation invitation)
    {
        var key = RedeemResult.KeyOf(invitation);
        var known = our.Store.Friends.FirstOrDefault(one => one.Card.AgreementKey.Equals(key));
        var now = our.Now();
        return known is null ? now : our.Store.NextTimestamp(known.Id, now) ?? now;
    }

    private DialerHandshake? Begin(Invitation invitation, PairSecret secret, Instant timestamp) =>
        DialerHandshake.TryStart(
            our.Keys.Agreement,
            RedeemResult.KeyOf(invitation),
            secret,
            our.Card,
            timestamp,
            our.Entropy
        );

    /// <summary>
    /// On disk before a byte is said: the first record tells the inviter that it is.
    /// </summary>
    private Link? Befriend(
        Invitation invitation,
        string address,
        Shaken shaken,
        Instant sent,
        TaskCompletionSource<RedeemResult> result
    )
    {
        using var secret = shaken.Outcome.Secret!;
        string[] addresses =
        [
            address,
            .. invitation.Addresses.Select(place => place.ToString()).Where(a => a != address),
        ];
        var friend = our.Store.Add(shaken.Outcome.Card!, secret, addresses, our.Now());
        if (friend is null)
        {
            shaken.Outcome.Dispose();
            shaken.Socket.Dispose();
            // Let in by us meanwhile, it is a friend as well, by the secret that it was given.
            var crossed = our.Store.Find(FriendId.Of(shaken.Outcome.Card!.SigningKey.Bytes));
            result.SetResult(
                crossed is null
                    ? RedeemResult.TooMany
                    : new RedeemResult(RedeemOutcome.Redeemed, crossed, crossed.Name)
            );
            return null;
        }

        // The inviter takes only later ones from now on, even if our clock falls back.
        our.Store.NextTimestamp(friend.Id, sent);
        our.Post(new Input.FriendKnown(friend.Id, []));
        var link = Link(friend.Id, address, shaken);
        result.SetResult(new RedeemResult(RedeemOutcome.Redeemed, friend, friend.Name));
        return link;
    }
}
