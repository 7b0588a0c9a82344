using System.Buffers;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Bytes on their way: a delta to send, or one that comes in, before it is applied. Small ones
/// stay in memory, others go to a file without a name others could read. For one thread at a
/// time: filled, then read.
/// </summary>
/// <param name="folder">Where the file stands; it is gone when this is disposed.</param>
/// <param name="bytesMax">More is not taken.</param>
public sealed class Spool(string folder, long bytesMax = long.MaxValue)
    : IBufferWriter<byte>,
        IDisposable
{
    private const int MemoryMax = 256 * 1024;

    private Stream _stream = new MemoryStream();
    private byte[] _space = [];

    public long Length => _stream.Length;

    /// <summary>
    /// Where the next bytes go; shorter than asked (empty) if they are too many.
    /// </summary>
    public Span<byte> Space(int bytes)
    {
        if (bytes > bytesMax - Length)
            return [];
        return GetSpan(bytes)[..bytes];
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_space.Length < Math.Max(sizeHint, 1))
            _space = new byte[Math.Max(sizeHint, 4096)];
        return _space;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _space;
    }

    /// <summary>So many bytes of the space given last are filled.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Advance(int count)
    {
        if (_stream is MemoryStream memory && memory.Length + count > MemoryMax)
        {
            var file = ToFile();
            memory.WriteTo(file);
            _stream = file;
        }

        _stream.Write(_space, 0, count);
    }

    /// <summary>What was filled in, from the beginning; it lives as long as this.</summary>
    public Stream Read()
    {
        _stream.Flush();
        _stream.Position = 0;
        return _stream;
    }

    public void Dispose() => _stream.Dispose();

    private FileStream ToFile()
    {
        Directory.CreateDirectory(
            folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        return new FileStream(Path.Combine(folder, Path.GetRandomFileName()), options);
    }
}
