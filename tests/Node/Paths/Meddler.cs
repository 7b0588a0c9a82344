using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FriendNet.Tests.Node.Paths;

/// <summary>
/// In place of the file that a relay's tap writes to: changes a byte of what the relay carries,
/// before it is passed on, each time that so many have passed.
/// </summary>
internal sealed class Meddler(int every) : Stream
{
    private long _passed;
    private int _times;

    /// <summary>How often it did.</summary>
    internal int Times => Volatile.Read(ref _times);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => 0;

    public override long Position
    {
        get => 0;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var before = _passed / every;
        _passed += buffer.Length;
        if (_passed / every == before)
            return;
        // It is where the relay holds them.
        Unsafe.AsRef(in MemoryMarshal.GetReference(buffer)) ^= 1;
        Interlocked.Increment(ref _times);
    }

    public override void Write(byte[] buffer, int offset, int count) =>
        Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
