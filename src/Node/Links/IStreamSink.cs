using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// Where the answer on a stream goes. Called by the link's reader thread only, with nothing of the
/// answer after <see cref="Ended"/> or <see cref="Failed"/>, of which exactly one comes; must not
/// block.
/// </summary>
public interface IStreamSink
{
    /// <summary>
    /// Where the next DATA body is decrypted to; it is to stay as it is until
    /// <see cref="DataReceived"/>. Shorter than <paramref name="bytes"/> (empty): the stream is
    /// given up.
    /// </summary>
    Span<byte> DataSpace(int bytes);

    /// <summary>The space given last is filled with so many authentic bytes.</summary>
    void DataReceived(int bytes);

    /// <summary>
    /// All is opened that came with the DATA received last: whoever waits for it is woken once for
    /// many frames. May come after the end.
    /// </summary>
    void BatchEnded() { }

    /// <summary>The body is the link's, for this call.</summary>
    void Part(ReadOnlySpan<byte> body);

    /// <summary>The answer is complete.</summary>
    void Ended();

    /// <param name="code">Why the peer gave up, or Cancelled by this end; null: link lost.</param>
    void Failed(ResetCode? code);
}
