using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Configuration;

/// <summary>Who says that a limit holds.</summary>
public enum LimitBy
{
    /// <summary>Nobody.</summary>
    Nobody,

    /// <summary>A flag, a variable or config.json.</summary>
    Setting,

    /// <summary>`limit set`.</summary>
    Set,

    /// <summary>The hour.</summary>
    Schedule,
}

/// <summary>One limit as it is now; see <see cref="SaidLimit"/>.</summary>
public sealed record LimitInForce(LimitKind Kind, FriendId? Friend, long? Rate, LimitBy By);

/// <summary>
/// Which limits hold: those of the hours that it is, the first that names a kind; else what was
/// set while the daemon ran; else the settings. What is set for one friend holds at all hours.
/// </summary>
public static class LimitRules
{
    /// <summary>One of each kind, then those of single friends.</summary>
    /// <param name="local">By the clock on the wall.</param>
    public static IReadOnlyList<LimitInForce> InForce(
        Settings settings,
        IReadOnlyCollection<SaidLimit> said,
        DateTime local
    )
    {
        var now = settings.Schedule.Where(hours => hours.Covers(local)).ToArray();
        return
        [
            .. Enum.GetValues<LimitKind>().Select(kind => InForce(settings, said, now, kind)),
            .. said.Where(one => one.Friend is not null)
                .Select(one => new LimitInForce(one.Kind, one.Friend, one.Rate, LimitBy.Set)),
        ];
    }

    /// <param name="all">Up, Down or Relay.</param>
    public static Rates Rates(IReadOnlyList<LimitInForce> limits, LimitKind all) =>
        new(limits[(int)all].Rate, limits[(int)LimitWords.Each(all)!].Rate)
        {
            Others = limits
                .Where(one => one.Kind == all && one.Friend is not null)
                .ToDictionary(one => one.Friend!.Value, one => one.Rate),
        };

    /// <summary>What the engine is told of them.</summary>
    public static Input.LimitsChanged Told(IReadOnlyList<LimitInForce> limits) =>
        new(Rates(limits, LimitKind.Down), Rates(limits, LimitKind.Relay));

    private static LimitInForce InForce(
        Settings settings,
        IEnumerable<SaidLimit> said,
        LimitHours[] now,
        LimitKind kind
    )
    {
        foreach (var hours in now)
        {
            if (hours.Rates.TryGetValue(kind, out var rate))
            {
                return new(kind, null, rate, LimitBy.Schedule);
            }
        }

        if (said.FirstOrDefault(one => one.Kind == kind && one.Friend is null) is { } set)
        {
            return new(kind, null, set.Rate, LimitBy.Set);
        }

        return settings.Limits.TryGetValue(kind, out var setting)
            ? new(kind, null, setting, LimitBy.Setting)
            : new(kind, null, null, LimitBy.Nobody);
    }
}
