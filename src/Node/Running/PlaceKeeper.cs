using System.Net.NetworkInformation;

namespace FriendNet.Node.Running;

/// <summary>
/// Where this node can be reached while it runs: looks again when the system reports that an
/// address came or went, and every few seconds, for the framework does not report those of IPv6;
/// says what has changed.
/// </summary>
public sealed class PlaceKeeper : IDisposable
{
    // One change of network is many reports.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);
    private readonly Lock _gate = new();
    private readonly Func<IReadOnlyList<string>> _look;
    private readonly Action<IReadOnlyList<string>> _apply;
    private readonly ITimer _timer;
    private volatile IReadOnlyList<string>? _now;
    private bool _isHurried;

    /// <param name="look">What friends are to be told now, "host:port", best first.</param>
    /// <param name="apply">Told of all places, now and when one has changed.</param>
    public PlaceKeeper(
        Func<IReadOnlyList<string>> look,
        TimeProvider time,
        Action<IReadOnlyList<string>> apply
    )
    {
        (_look, _apply) = (look, apply);
        _timer = time.CreateTimer(_ => Look(), null, LookAgain, LookAgain);
        // Before the first look, so that no change falls between the two.
        try
        {
            NetworkChange.NetworkAddressChanged += Reported;
        }
        catch (NetworkInformationException)
        {
            // Where netlink may not be listened to, as in some containers, looking again does.
        }

        Look();
    }

    public IReadOnlyList<string> Now => _now ?? [];

    /// <summary>Looks again soon; a storm of reports does not put it off.</summary>
    public void Hurry()
    {
        if (!Interlocked.Exchange(ref _isHurried, true))
        {
            _timer.Change(Settle, LookAgain);
        }
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= Reported;
        _timer.Dispose();
    }

    private void Reported(object? sender, EventArgs report) => Hurry();

    private void Look()
    {
        Interlocked.Exchange(ref _isHurried, false);
        lock (_gate)
        {
            try
            {
                var places = _look();
                if (_now is null || !places.SequenceEqual(_now))
                {
                    _now = places;
                    _apply(places);
                }
            }
            catch (Exception e)
                when (e is NetworkInformationException or IOException or UnauthorizedAccessException
                )
            {
                // An interface went as it was looked at, or /proc could not be read (descriptors
                // may be short): what was known stays until the next look.
            }
        }
    }
}
