namespace FriendNet.Protocol.Transfers;

/// <summary>
/// A friend's link and the paths that go through it: their bytes come over the one line, so what
/// is asked over all of them has one window.
/// </summary>
internal sealed class Carrier
{
    internal List<SourceLink> Links { get; } = [];

    internal bool HasRoom
    {
        get
        {
            // Alone it has the window of its link.
            if (Links.Count < 2)
                return true;
            var (fetches, rate, delay) = (0, 0.0, 0.0);
            foreach (var link in Links)
            {
                fetches += link.InWindow;
                if (!link.Pace.IsKnown)
                    continue;
                rate += link.Pace.BytesPerSecond;
                delay = Math.Max(delay, link.Pace.DelaySeconds);
            }

            return fetches < (rate > 0 ? SourceLink.WindowOf(rate, delay) : SourceLink.WindowFirst);
        }
    }
}
