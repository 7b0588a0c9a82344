namespace FriendNet.Node.Paths;

/// <summary>
/// Keeps all that a relay sees of the paths it carries in a file: for whoever doubts that it
/// cannot read them.
/// </summary>
public sealed class RelayTap : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private bool _isOver;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public RelayTap(string path) =>
        _file = new FileStream(
            path,
            FileMode.Append,
            FileAccess.Write,
            FileShare.Read,
            bufferSize: 0
        );

    /// <summary>Bytes as they are opened from the link that brings them.</summary>
    public void Note(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _file.Write(bytes);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _file.Dispose();
        }
    }
}
