namespace FriendNet.Node.Paths;

/// <summary>
/// Keeps what a relay sees of the paths it carries in a file, as far as there is room: for whoever
/// doubts that it cannot read them.
/// </summary>
public sealed class RelayTap : IDisposable
{
    /// <summary>Enough to search for a while; peers decide how much comes.</summary>
    public const long FileBytesMax = 1L << 30;

    private readonly Stream _file;
    private readonly Action<string> _warn;
    private readonly long _bytesMax;
    private readonly Lock _gate = new();
    private bool _isOver;

    /// <param name="warn">Takes a sentence, once: from here on nothing is kept.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public RelayTap(string path, Action<string> warn, long bytesMax = FileBytesMax)
        : this(
            new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0),
            warn,
            bytesMax
        ) { }

    /// <param name="file">Owned from here on.</param>
    public RelayTap(Stream file, Action<string> warn, long bytesMax = FileBytesMax) =>
        (_file, _warn, _bytesMax) = (file, warn, bytesMax);

    /// <summary>Bytes as they are opened from the link that brings them.</summary>
    public void Note(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            try
            {
                if (_file.Length + bytes.Length <= _bytesMax)
                {
                    _file.Write(bytes);
                    return;
                }

                Stop("it is full");
            }
            catch (IOException failure)
            {
                // What it is for must not end what it watches.
                Stop(failure.Message);
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

    private void Stop(string why)
    {
        _isOver = true;
        _warn($"Nothing more is written to the relay capture: {why}.");
    }
}
