using FriendNet.Node.Linux;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Ids;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Serving;

/// <summary>A shared file held open, and what it was when it was hashed. For one thread.</summary>
internal sealed class OpenFile(FileLocation location, SafeFileHandle file) : IDisposable
{
    internal FileLocation Location => location;

    /// <summary>
    /// Reads exactly that part; false: the file is not, or not any more, what was hashed.
    /// </summary>
    internal bool TryRead(Span<byte> destination, long offset)
    {
        try
        {
            var done = 0;
            while (done < destination.Length)
            {
                var count = RandomAccess.Read(file, destination[done..], offset + done);
                if (count == 0)
                    return false;
                done += count;
            }
        }
        catch (IOException)
        {
            return false;
        }

        // After reading: what changed while it was read has another time now.
        return FileStat.Read(file, out var stat) == 0
            && stat.Size == location.Size
            && stat.ModifiedNs == location.ModifiedNs;
    }

    public void Dispose() => file.Dispose();
}

/// <summary>
/// The last few files of more than one run that a link was served from stay open: a large file
/// is looked up and opened once, not for each MiB. For one thread.
/// </summary>
internal sealed class OpenFiles : IDisposable
{
    private const int KeptMax = 8;
    internal static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(2);

    private readonly List<(ContentId Id, OpenFile File, long Since)> _kept = [];

    internal bool IsEmpty => _kept.Count == 0;

    /// <summary>One that is open and was looked up lately: files go away.</summary>
    internal OpenFile? Find(ContentId id)
    {
        var at = _kept.FindIndex(kept => kept.Id == id);
        if (at < 0)
            return null;
        if (Environment.TickCount64 - _kept[at].Since < KeptTime.TotalMilliseconds)
            return _kept[at].File;
        Drop(at);
        return null;
    }

    internal void Keep(ContentId id, OpenFile file)
    {
        if (_kept.Count == KeptMax)
            Drop(0);
        _kept.Add((id, file, Environment.TickCount64));
    }

    internal void Drop(OpenFile file)
    {
        var at = _kept.FindIndex(kept => kept.File == file);
        if (at >= 0)
            Drop(at);
        else
            file.Dispose();
    }

    /// <summary>Closes one that is not kept.</summary>
    internal void Done(OpenFile file)
    {
        if (!_kept.Exists(kept => kept.File == file))
            file.Dispose();
    }

    internal void DropAll()
    {
        while (_kept.Count > 0)
            Drop(0);
    }

    public void Dispose() => DropAll();

    private void Drop(int at)
    {
        _kept[at].File.Dispose();
        _kept.RemoveAt(at);
    }
}
