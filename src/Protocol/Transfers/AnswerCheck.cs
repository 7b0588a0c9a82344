using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Transfers;

/// <summary>What a piece of an answer led to.</summary>
public enum AnswerStep
{
    /// <summary>More of the slice must come.</summary>
    More,

    /// <summary>All bytes of the slice came; whether they belong to it is not known yet.</summary>
    Whole,

    /// <summary>The source does not offer it to us.</summary>
    NotFound,

    /// <summary>The source could not read it.</summary>
    SourceFailed,

    /// <summary>Not an answer to what was asked; nothing after it can be understood.</summary>
    Malformed,
}

/// <summary>
/// Follows the answer to a fetch: for each slice a header, then its bytes in any cut. Sees no
/// byte: <see cref="SliceCheck"/> does, once a slice is whole.
/// </summary>
public sealed class AnswerCheck(IReadOnlyList<RunOfContent> asked)
{
    /// <summary>The slice that comes next, or is coming.</summary>
    public int Index { get; private set; }

    public bool IsComplete => Index == asked.Count;

    /// <summary>
    /// DATA bytes missing of the slice whose header came; 0: a header must come.
    /// </summary>
    public int Remaining { get; private set; }

    /// <summary>The proof in the last header, unverified.</summary>
    public Hash256[] Proof { get; private set; } = [];

    /// <summary>Takes a PART. Unless it gives More, the slice is done.</summary>
    public AnswerStep Header(ReadOnlySpan<byte> part)
    {
        if (IsComplete || Remaining > 0 || !TryRead(part, out var status))
            return AnswerStep.Malformed;
        switch (status)
        {
            case SliceHeader.Types.Status.Ok:
                Remaining = asked[Index].Bytes;
                return AnswerStep.More;
            case SliceHeader.Types.Status.NotFound:
                Index++;
                return AnswerStep.NotFound;
            case SliceHeader.Types.Status.Failed:
                Index++;
                return AnswerStep.SourceFailed;
            default:
                return AnswerStep.Malformed;
        }
    }

    /// <summary>Takes so many bytes of DATA of the slice whose header came.</summary>
    public AnswerStep Data(int bytes)
    {
        if (bytes > Remaining)
            return AnswerStep.Malformed;
        Remaining -= bytes;
        if (Remaining > 0 || bytes == 0)
            return AnswerStep.More;
        Index++;
        return AnswerStep.Whole;
    }

    private bool TryRead(ReadOnlySpan<byte> part, out SliceHeader.Types.Status status)
    {
        status = SliceHeader.Types.Status.Ok;
        Proof = [];
        // Small files: an empty message says OK and needs no proof.
        if (part.Length == 0)
            return true;
        if (!ControlMessages.TryParse(part, out SliceHeader? header))
            return false;
        Proof = MemoryMarshal.Cast<byte, Hash256>(header.Proof.Span).ToArray();
        status = header.Status;
        return true;
    }
}
