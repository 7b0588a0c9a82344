using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

// Links to who invited us.
public sealed partial class Dialer
{
    private readonly Lock _redeeming = new();

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
            if (shaken is null)
            {
                continue;
            }

            try
            {
                return Befriend(invitation, address, shaken, sent, result);
            }
            catch
            {
                // What failed may be the second write: who is stored is dialed all the same.
                var friend = FriendId.Of(shaken.Outcome.Card!.SigningKey.Bytes);
                if (our.Store.Find(friend) is { } stored)
                {
                    our.Post(new Input.FriendKnown(friend, stored.Addresses));
                }

                shaken.Dispose();
                throw;
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
            our.Entropy,
            our.QuickAtAes
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
            shaken.Dispose();
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
