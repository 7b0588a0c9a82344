using FriendNet.Node.Configuration;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// The limits that hold now: looks at the clock every few seconds, whatever was done to it, and
/// says what has changed. Keeps what is set while the daemon runs.
/// </summary>
public sealed class LimitKeeper : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly Settings _settings;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Action<IReadOnlyList<LimitInForce>> _apply;
    private readonly ITimer _timer;
    private IReadOnlyList<SaidLimit> _said;
    private IReadOnlyList<LimitInForce> _inForce = [];

    /// <param name="apply">Told of all limits, now and when one has changed.</param>
    /// <exception cref="Failures.FailureException">The file cannot be read.</exception>
    public LimitKeeper(
        Settings settings,
        string path,
        TimeProvider time,
        Action<IReadOnlyList<LimitInForce>> apply
    )
    {
        (_settings, _path, _time, _apply) = (settings, path, time, apply);
        _said = LimitsFile.Read(path);
        Look();
        _timer = time.CreateTimer(_ => Look(), null, LookAgain, LookAgain);
    }

    /// <summary>One of each kind, then those of single friends.</summary>
    public IReadOnlyList<LimitInForce> InForce
    {
        get
        {
            lock (_gate)
            {
                return _inForce;
            }
        }
    }

    /// <summary>Holds, on disk, when this returns.</summary>
    /// <exception cref="Failures.FailureException">The disk did not take it.</exception>
    public void Set(SaidLimit limit) =>
        Keep(said => Without(said, limit.Kind, limit.Friend).Append(limit));

    /// <summary>What the settings say holds again.</summary>
    /// <exception cref="Failures.FailureException">The disk did not take it.</exception>
    public void Clear(LimitKind kind, FriendId? friend) =>
        Keep(said => Without(said, kind, friend));

    /// <summary>It is no friend any more.</summary>
    public void Forget(FriendId friend)
    {
        if (_said.Any(one => one.Friend == friend))
        {
            Keep(said => said.Where(one => one.Friend != friend));
        }
    }

    public void Dispose() => _timer.Dispose();

    private static IEnumerable<SaidLimit> Without(
        IEnumerable<SaidLimit> said,
        LimitKind kind,
        FriendId? friend
    ) => said.Where(one => one.Kind != kind || one.Friend != friend);

    private void Keep(Func<IReadOnlyList<SaidLimit>, IEnumerable<SaidLimit>> change)
    {
        lock (_gate)
        {
            SaidLimit[] all = [.. change(_said)];
            LimitsFile.Write(_path, all);
            _said = all;
        }

        Look();
    }

    private void Look()
    {
        lock (_gate)
        {
            var now = LimitRules.InForce(_settings, _said, _time.GetLocalNow().DateTime);
            if (!now.SequenceEqual(_inForce))
            {
                _inForce = now;
                _apply(now);
            }
        }
    }
}
