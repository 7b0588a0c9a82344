using System.Collections.Concurrent;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// Makes links from this end: to friends, and to who invited us. One thread a dial, which is the
/// link's reader afterwards.
/// </summary>
/// <param name="answerTime">For an answer to our hello; Limits.HandshakeSeconds if null.</param>
public sealed partial class Dialer(OurSide our, TimeSpan? answerTime = null) : IDisposable
{
    private const int ThreadBytes = 256 * 1024;
    private const string NoFriend = "not a friend any more";
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<FriendId, IReadOnlyList<DialAttempt>> _attempts = new();
    private readonly TimeSpan _answerTime =
        answerTime ?? TimeSpan.FromSeconds(Limits.HandshakeSeconds);
    private readonly StopSignal _stop = new();
    private readonly CountdownEvent _running = new(1);

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
            return false;

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

    /// <summary>It knows the secret, so it has stored it.</summary>
    private void ConfirmOrEnd(FriendId friend, UsableSecret usable, Shaken shaken)
    {
        try
        {
            our.Store.Confirm(friend, usable.Fresh);
        }
        catch
        {
            shaken.Dispose();
            throw;
        }
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
                    ConfirmOrEnd(friend, usable, shaken);
                    return shaken;
                }

                if (round.Attempts.Skip(before).All(one => one.Result != DialResult.Silent))
                    return null;
            }
        }
        finally
        {
            foreach (var usable in secrets)
                usable.Dispose();
        }

        if (secrets.Count == 0)
            round.GiveUp(address, NoFriend);

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
                our.Entropy,
                our.QuickAtAes
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
}
