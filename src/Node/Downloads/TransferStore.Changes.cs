using System.Runtime.InteropServices;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>Times of change of the files of one chunk, as our last writes left them.</summary>
/// <param name="First">Their first file.</param>
public sealed record ChangeTimes(int Chunk, int First, long[] Ns)
{
    private const int Files = 512;

    /// <summary>Which chunk a file is in.</summary>
    public static int ChunkOf(int file) => file / Files;

    /// <summary>To be filled.</summary>
    public static ChangeTimes Of(int chunk, int files) =>
        new(chunk, chunk * Files, new long[Math.Min(Files, files - (chunk * Files))]);
}

// How each file was left: whoever changed it since is found out at the next start.
public sealed partial class TransferStore
{
    /// <summary>Nothing that is recorded is to be trusted unseen.</summary>
    public void Doubt(TransferId id)
    {
        using (_gate.EnterScope())
        {
            InTransaction(() =>
            {
                Delete("changes WHERE transfer", id);
                using var forget = Prepare("UPDATE transfers SET recorded=0 WHERE id=?");
                forget.Bind(0, id.Value).Run();
                return 0L;
            });
        }
    }

    private void LoadTimes(TransferId id, TransferContent content)
    {
        using var recorded = Prepare("SELECT recorded FROM transfers WHERE id=?");
        recorded.Bind(0, id.Value);
        if (recorded.Step())
        {
            content.RecordedNs = recorded.Long(0);
            recorded.Reset();
        }

        using var changes = Prepare("SELECT chunk, times FROM changes WHERE transfer=?");
        changes.Bind(0, id.Value);
        while (changes.Step())
        {
            var times = ChangeTimes.Of((int)changes.Long(0), content.Files.Count);
            var stored = MemoryMarshal.Cast<byte, long>(changes.Blob(1));
            if (stored.Length == times.Ns.Length)
                stored.CopyTo(content.LeftNs.AsSpan(times.First));
        }
    }

    private void RecordTimes(TransferId id, TransferContent content)
    {
        for (var first = 0; first < content.Files.Count; )
        {
            var times = ChangeTimes.Of(ChangeTimes.ChunkOf(first), content.Files.Count);
            content.LeftNs.AsSpan(first, times.Ns.Length).CopyTo(times.Ns);
            RecordTimes(id, times);
            first += times.Ns.Length;
        }
    }

    private void RecordTimes(TransferId id, ChangeTimes times)
    {
        _recordTimes.Bind(0, id.Value).Bind(1, times.Chunk);
        _recordTimes.Bind(2, MemoryMarshal.AsBytes<long>(times.Ns).ToArray()).Run();
    }
}
