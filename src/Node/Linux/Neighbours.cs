namespace FriendNet.Node.Linux;

/// <summary>
/// Looks at many files beneath a folder in turn; the one folder that neighbours stand in is opened
/// once. For one thread.
/// </summary>
public sealed class Neighbours(Folder root) : IDisposable
{
    private Folder? _folder;
    private string? _path;

    /// <inheritdoc cref="Folder.TryStat"/>
    public bool TryStat(string relative, out FileStat stat)
    {
        stat = default;
        var slash = relative.LastIndexOf('/');
        if (slash < 0)
            return root.TryStat(relative, out stat);
        if (_path is null || !relative.AsSpan(0, slash).SequenceEqual(_path))
        {
            _folder?.Dispose();
            _path = relative[..slash];
            _folder = root.TryOpenFolder(_path);
        }

        return _folder?.TryStat(relative[(slash + 1)..], out stat) ?? false;
    }

    public void Dispose() => _folder?.Dispose();
}
