using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>Which answers go before which. Control frames go before all.</summary>
public enum SendClass
{
    /// <summary>Catalogs and what a person waits for.</summary>
    Interactive,

    /// <summary>Small files.</summary>
    Prompt,

    /// <summary>Files.</summary>
    Bulk,

    /// <summary>Trust paths; bounded by their own windows, not by the queue.</summary>
    Relayed,
}

public static class SendClasses
{
    /// <summary>Of the answer to that request.</summary>
    public static SendClass Of(Request request) =>
        request.KindCase switch
        {
            Request.KindOneofCase.Fetch when IsSmall(request.Fetch) => SendClass.Prompt,
            Request.KindOneofCase.Fetch => SendClass.Bulk,
            Request.KindOneofCase.Path or Request.KindOneofCase.Up => SendClass.Relayed,
            _ => SendClass.Interactive,
        };

    private static bool IsSmall(FetchRequest fetch)
    {
        ulong bytes = 0;
        foreach (var slice in fetch.Slices)
        {
            bytes += Math.Min(slice.Length, Limits.FetchBytesMax);
        }

        return bytes <= Limits.PromptBytesMax;
    }
}

/// <summary>What waits on one stream.</summary>
internal sealed class Outlet<TBlock>(StreamId stream, SendClass sendClass)
    where TBlock : class
{
    internal StreamId Stream { get; } = stream;

    internal SendClass SendClass { get; } = sendClass;

    /// <summary>Whether what waits counts against the link's bound.</summary>
    internal bool Counts => SendClass != SendClass.Relayed;

    /// <summary>Whether a limit may hold it back.</summary>
    internal bool IsHeld => SendClass != SendClass.Interactive;

    internal Queue<QueuedPiece<TBlock>> Pieces { get; } = [];

    internal long Credit { get; set; }

    internal int Bytes { get; set; }

    internal bool Ended { get; set; }

    internal bool InTurn { get; set; }

    /// <summary>Its stream is no more.</summary>
    internal bool IsGone { get; set; }

    internal bool CanSend =>
        Pieces.TryPeek(out var piece) && (piece.Type != FrameType.Data || Credit > 0);
}

/// <summary>
/// Whose turn it is: a higher class first, but a lower one is not held up for ever. Within a
/// class each stream in turn.
/// </summary>
internal sealed class SendTurns<TBlock>
    where TBlock : class
{
    private readonly Queue<Outlet<TBlock>> _interactive = [];
    private readonly Queue<Outlet<TBlock>> _prompt = [];
    private readonly Queue<Outlet<TBlock>> _bulk = [];
    private readonly Queue<Outlet<TBlock>> _relayed = [];
    private int _interactiveBurst;
    private int _promptBurst;
    private int _bulkBurst;

    /// <summary>Of those in turn, how many are gone.</summary>
    private int _gone;

    internal bool IsEmpty => _interactive.Count + Others == 0;

    private int Others => _prompt.Count + _bulk.Count + _relayed.Count;

    /// <summary>The first class that waits and that a limit may hold back; null: none.</summary>
    internal SendClass? Held =>
        _prompt.Count + _bulk.Count > 0 ? SendClass.Bulk
        : _relayed.Count > 0 ? SendClass.Relayed
        : null;

    /// <summary>It has something to send, if <see cref="Outlet{TBlock}.CanSend"/>.</summary>
    internal void Ready(Outlet<TBlock> outlet)
    {
        if (outlet.InTurn || !outlet.CanSend)
        {
            return;
        }

        outlet.InTurn = true;
        var turns = outlet.SendClass switch
        {
            SendClass.Relayed => _relayed,
            SendClass.Bulk => _bulk,
            SendClass.Prompt => _prompt,
            _ => _interactive,
        };
        turns.Enqueue(outlet);
    }

    /// <summary>
    /// Its stream is no more. It leaves when its turn comes, or with many: a limit may let none
    /// come for days, while a peer opens streams and takes them back.
    /// </summary>
    internal void Leave(Outlet<TBlock> outlet)
    {
        outlet.IsGone = true;
        if (!outlet.InTurn || ++_gone <= Limits.LinkStreamsMax)
        {
            return;
        }

        foreach (var turns in new[] { _interactive, _prompt, _bulk, _relayed })
        {
            for (var left = turns.Count; left > 0; left--)
            {
                if (turns.Dequeue() is { IsGone: false } there)
                {
                    turns.Enqueue(there);
                }
            }
        }

        _gone = 0;
    }

    /// <param name="all">False: only what no limit holds back.</param>
    internal bool TryNext(bool all, [NotNullWhen(true)] out Outlet<TBlock>? outlet)
    {
        if (!all)
        {
            return TryNext(_interactive, out outlet);
        }

        if (_interactiveBurst >= Limits.InteractiveBurstMax && TryNextOfOthers(out outlet))
        {
            _interactiveBurst = 0;
            return true;
        }

        if (TryNext(_interactive, out outlet))
        {
            _interactiveBurst = Others == 0 ? 0 : _interactiveBurst + 1;
            return true;
        }

        _interactiveBurst = 0;
        return TryNextOfOthers(out outlet);
    }

    private bool TryNext(
        Queue<Outlet<TBlock>> turns,
        [NotNullWhen(true)] out Outlet<TBlock>? outlet
    )
    {
        while (turns.TryDequeue(out outlet))
        {
            outlet.InTurn = false;
            _gone -= outlet.IsGone ? 1 : 0;
            // A removed stream is empty; it leaves its turn here.
            if (outlet.CanSend)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryNextOfOthers([NotNullWhen(true)] out Outlet<TBlock>? outlet)
    {
        if (_promptBurst < Limits.InteractiveBurstMax && TryNext(_prompt, out outlet))
        {
            _promptBurst = _bulk.Count + _relayed.Count == 0 ? 0 : _promptBurst + 1;
            return true;
        }

        _promptBurst = 0;
        if (_bulkBurst >= Limits.BulkBurstMax && TryNext(_relayed, out outlet))
        {
            _bulkBurst = 0;
            return true;
        }

        if (TryNext(_bulk, out outlet))
        {
            _bulkBurst = _relayed.Count == 0 ? 0 : _bulkBurst + 1;
            return true;
        }

        _bulkBurst = 0;
        // The last: streams that are gone may have made it look as if others waited.
        return TryNext(_relayed, out outlet) || TryNext(_prompt, out outlet);
    }
}
