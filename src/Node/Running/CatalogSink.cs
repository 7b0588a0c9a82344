using FriendNet.Node.Catalogs;
using FriendNet.Node.Links;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Running;

/// <summary>
/// A friend's catalog as it comes in: spooled, then applied in turns. Reports CatalogHeld or
/// CatalogFailed, once.
/// </summary>
/// <param name="isFriend">Asked again when it is applied.</param>
/// <param name="spool">Owned from here on.</param>
internal sealed class CatalogSink(
    FriendId friend,
    Func<FriendId, bool> isFriend,
    CatalogStore store,
    Spool spool,
    Action<Input> post
) : IStreamSink
{
    private string? _fault;

    /// <summary>Empty, which ends the stream, once our disk has failed.</summary>
    public Span<byte> DataSpace(int bytes) => _fault is null ? spool.Space(bytes) : [];

    public void DataReceived(int bytes)
    {
        try
        {
            spool.Advance(bytes);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Told when the stream ends: our own fault, not the friend's.
            _fault = $"The catalog could not be kept: {e.Message}";
        }
    }

    public void Part(ReadOnlySpan<byte> body)
    {
        // None is defined for catalogs; one of a later version is ignored.
    }

    public void Ended()
    {
        if (_fault is null)
        {
            _ = ApplyAsync();
        }
        else
        {
            Failed(null);
        }
    }

    public void Failed(ResetCode? code)
    {
        spool.Dispose();
        var why = code is null ? "The link was lost." : $"The friend gave up ({code}).";
        post(new Input.CatalogFailed(friend, _fault ?? why));
    }

    private async Task ApplyAsync()
    {
        Input outcome;
        try
        {
            using (spool)
            {
                var applied = await store.ApplyAsync(friend, spool.Read());
                outcome = applied.Held is { } held
                    ? new Input.CatalogHeld(friend, held)
                    : new Input.CatalogFailed(friend, applied.Why, applied.Lasting);
            }

            // Removed while it came in, and forgotten before it was applied.
            if (!isFriend(friend))
            {
                store.Remove(friend);
                outcome = new Input.CatalogFailed(friend, "Friends no more.");
            }
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            outcome = new Input.CatalogFailed(friend, $"Our disk failed: {e.Message}");
        }

        post(outcome);
    }
}
