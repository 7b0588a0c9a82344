using FriendNet.Crypto.Identity;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// Decides on a proposal that came through the gate: the claim is on disk before one byte is
/// answered, and without a claim none is.
/// </summary>
internal sealed class Admission(OurSide our)
{
    private const int ThreadBytes = 256 * 1024;

    internal AnswererHandshake NewHandshake() =>
        new(our.Keys.Agreement, our.Store.Veils, our.Entropy, our.QuickAtAes);

    /// <summary>True: the socket is a link's now. False: it is a stranger's as before.</summary>
    internal bool TryAdmit(AnswererHandshake handshake, BlockingSocket socket)
    {
        try
        {
            return Claim(handshake, out var answer) is { } claimed && Open(claimed, answer, socket);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            our.Warn(
                $"A friend could not be let in, since its claim could not be stored: {e.Message}"
            );
            return false;
        }
    }

    private Claimed? Claim(AnswererHandshake handshake, out byte[] answer)
    {
        answer = [];
        var proposal = handshake.Proposal!;
        var now = our.Now();
        switch (proposal.Owner)
        {
            case VeilOwner.Friend friend:
                if (!our.Store.TryClaimTimestamp(friend.Id, proposal.Timestamp, now))
                {
                    return null;
                }

                // Who has the pair secret has stored it.
                our.Store.Confirm(friend.Id, friend.Fresh);
                return new Claimed(friend.Id, handshake.Accept(null, out answer), null);
            case VeilOwner.Invitation invitation:
                return Redeem(invitation.Id, proposal, handshake, now, out answer);
            default:
                return null;
        }
    }

    private Claimed? Redeem(
        InvitationId invitation,
        LinkProposal proposal,
        AnswererHandshake handshake,
        Instant now,
        out byte[] answer
    )
    {
        var outcome = handshake.Accept(our.Card, out answer);
        Card card = proposal.Card!;
        if (!TryStore(invitation, card, outcome, proposal.Timestamp, now))
        {
            return null;
        }

        var id = FriendId.Of(card.SigningKey.Bytes);
        our.Post(new Input.FriendKnown(id, []));
        // One thread admits, so the newest is this one's.
        var fresh = our.Store.NewestOf(id);
        return new Claimed(id, outcome, () => Confirm(id, fresh));
    }

    /// <summary>False, or the disk refuses: then no keys stay of a link that is none.</summary>
    private bool TryStore(
        InvitationId invitation,
        Card card,
        HandshakeOutcome outcome,
        Instant timestamp,
        Instant now
    )
    {
        var invited = our.Store.Invited;
        var isStored = false;
        try
        {
            return isStored =
                invited.TryRedeem(invitation, card, outcome.Secret!, timestamp, now)
                == Redemption.Redeemed;
        }
        finally
        {
            if (!isStored)
            {
                outcome.Dispose();
            }
        }
    }

    /// <summary>By the reader. What fails now is made good by the next handshake.</summary>
    private void Confirm(FriendId friend, long fresh)
    {
        try
        {
            our.Store.Confirm(friend, fresh);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            our.Warn($"A friend could not be stored as confirmed yet: {e.Message}");
        }
    }

    private bool Open(Claimed claimed, byte[] answer, BlockingSocket socket)
    {
        claimed.Outcome.Secret?.Dispose();
        // A fresh connection's buffer takes it whole; if it is gone, the link will find out.
        socket.Send(answer);
        var start = LinkStart.Of(
            claimed.Friend,
            dialed: false,
            socket.Remote.ToString(),
            socket,
            claimed.Outcome.Keys,
            default,
            claimed.Confirmed
        );
        var link = our.Links.Add(start, our.LinkSetting);
        new Thread(link.Run, ThreadBytes) { IsBackground = true, Name = "reader" }.Start();
        return true;
    }

    private sealed record Claimed(FriendId Friend, HandshakeOutcome Outcome, Action? Confirmed);
}
