namespace FriendNet.Protocol.Paths;

/// <summary>
/// Credit of one direction at one hop: what may come until more has left. Sees no byte.
/// </summary>
/// <param name="bytes">What may be under way.</param>
/// <param name="first">What of it was granted with the OPEN.</param>
public sealed class PathWindow(int bytes, int first)
{
    private const int Part = 4;
    private int _free = bytes - first;

    /// <summary>
    /// To be granted; 0 until it is a quarter of the window, so that grants are few.
    /// </summary>
    public int Owed => _free >= bytes / Part ? _free : 0;

    /// <summary>So many bytes that had come are gone.</summary>
    public void Left(int count) => _free += count;

    /// <summary>So many more may come.</summary>
    public void Granted(int count) => _free -= count;
}
