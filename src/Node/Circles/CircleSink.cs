using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Circles;

/// <summary>
/// Reads an answer that has come, in pieces; reports what it says of wants. The last piece is how
/// the question ended.
/// </summary>
internal delegate IEnumerable<CircleEnd> ReadCircle(CircleAnswer answer, Stream content);

/// <summary>
/// The answer to a question for circle catalogs as it comes in: spooled, then read in the
/// friend's turns. Reports CircleAskEnded, once.
/// </summary>
/// <param name="spool">Owned from here on.</param>
internal sealed class CircleSink(
    AskId ask,
    FriendId friend,
    CircleStore store,
    Spool spool,
    ReadCircle read,
    Action<Input> post,
    Action<Input.CircleAskEnded> ended
) : IStreamSink
{
    private CircleAnswer _answer = new();
    private bool _isFault;
    private bool _isMalformed;

    /// <summary>Empty, which ends the stream, once our disk has failed.</summary>
    public Span<byte> DataSpace(int bytes) => _isFault ? [] : spool.Space(bytes);

    public void DataReceived(int bytes)
    {
        try
        {
            spool.Advance(bytes);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Told when the stream ends: our own fault, not the friend's.
            _isFault = true;
        }
    }

    public void Part(ReadOnlySpan<byte> body)
    {
        if (ControlMessages.TryParse(body, out CircleAnswer? answer))
        {
            _answer = answer;
        }
        else
        {
            _isMalformed = true;
        }
    }

    public void Ended()
    {
        if (_isFault || _isMalformed)
        {
            End(_isFault ? CircleEnd.OurFault : CircleEnd.Lied);
        }
        else if (_answer.Compare)
        {
            post(new Input.CircleFetched(ask, 0, CircleEnd.Compare, 0, default));
            End(CircleEnd.Compare);
        }
        else
        {
            _ = ReadAsync();
        }
    }

    public void Failed(ResetCode? code) =>
        End(
            _isFault ? CircleEnd.OurFault
            : code == ResetCode.NotFound ? CircleEnd.Missing
            : CircleEnd.CutOff
        );

    private void End(CircleEnd end)
    {
        spool.Dispose();
        ended(new Input.CircleAskEnded(ask, end));
    }

    private async Task ReadAsync()
    {
        try
        {
            End(await store.RunAsync(friend, read(_answer, spool.Read())));
        }
        catch (Exception e) when (StorageFault.Is(e) || e is OperationCanceledException)
        {
            End(CircleEnd.OurFault);
        }
    }
}
