namespace FriendNet.Node.Links;

/// <summary>
/// What carries a link's records, both ways, in order: a socket, or a path through friends. Calls
/// block; Shutdown, from any thread, ends them.
/// </summary>
internal interface IWire : IDisposable
{
    /// <summary>Bytes received, at least one; 0: it is over.</summary>
    int Receive(Span<byte> buffer);

    /// <summary>
    /// Takes all; false: it is over, or nothing moved for Limits.SilenceSeconds.
    /// </summary>
    bool Send(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// No more than about so many bytes are to wait where nothing can go before them.
    /// </summary>
    void KeepUnsent(int bytes);

    /// <summary>The peer reads to the end of what was sent; its answers still come.</summary>
    void ShutdownSend();

    /// <summary>Nothing more in either direction. Never blocks.</summary>
    void Shutdown();
}
