namespace FriendNet.Protocol.Transfers;

/// <summary>
/// When nothing else is left to ask: what others are late with, a second time, never a third.
/// </summary>
/// <param name="twice">Runs asked of two.</param>
internal sealed class EndgamePicker(RunMap map, RunBits stored, HashSet<int> twice) : IRunPicker
{
    public void Pick(Picking fetch)
    {
        var file = 0;
        foreach (var run in fetch.Late)
        {
            file = map.FileOf(run, file);
            if (stored[run] || twice.Contains(run) || !fetch.CanGive(file, run))
                continue;
            if (!fetch.TryTake(run))
                return;
            twice.Add(run);
        }
    }
}
