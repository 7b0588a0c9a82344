using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Transfers;

/// <summary>One run of one content, as it is asked for on the wire.</summary>
public readonly record struct RunOfContent(ContentId Id, int Run)
{
    /// <summary>Bytes of DATA it has.</summary>
    public int Bytes => MerkleTree.RunLength(Id.Length, Run);

    public SliceRequest ToRequest() =>
        new()
        {
            Root = ByteString.CopyFrom(Id.Root.ToArray()),
            Length = (ulong)Id.Length,
            Run = (uint)Run,
        };

    /// <summary>False if no content can have such a run.</summary>
    public static bool TryParse(SliceRequest? request, out RunOfContent run)
    {
        run = default;
        if (request is null || ControlMessages.DataBytes(request) is null)
            return false;
        run = new(new(new(request.Root.Span), (long)request.Length), (int)request.Run);
        return true;
    }
}

/// <summary>What a piece of an answer led to.</summary>
public enum AnswerStep
{
    /// <summary>More of the slice must come.</summary>
    More,

    /// <summary>The slice is whole and belongs to the content.</summary>
    Verified,

    /// <summary>The slice is whole and does not.</summary>
    Corrupt,

    /// <summary>The source does not offer it to us.</summary>
    NotFound,

    /// <summary>The source could not read it.</summary>
    SourceFailed,

    /// <summary>Not an answer to what was asked; nothing after it can be understood.</summary>
    Malformed,
}

/// <summary>
/// Checks the answer to a fetch: for each slice a header, then its bytes in any cut. The bytes are
/// hashed as they come and never kept.
/// </summary>
public sealed class AnswerCheck(IReadOnlyList<RunOfContent> asked)
{
    private readonly RunHasher _hasher = new();
    private readonly Hash256[] _proof = new Hash256[Limits.ProofHashesMax];
    private int _proofCount;

    /// <summary>The slice that comes next, or is coming.</summary>
    public int Index { get; private set; }

    public bool IsComplete => Index == asked.Count;

    /// <summary>
    /// DATA bytes missing of the slice whose header came; 0: a header must come.
    /// </summary>
    public int Remaining { get; private set; }

    /// <summary>Takes a PART. Unless it gives More, the slice is done.</summary>
    public AnswerStep Header(ReadOnlySpan<byte> part)
    {
        if (IsComplete || Remaining > 0 || !TryRead(part, out var status))
            return AnswerStep.Malformed;
        switch (status)
        {
            case SliceHeader.Types.Status.Ok:
                var run = asked[Index];
                _hasher.Begin(run.Id.Length, run.Run);
                Remaining = run.Bytes;
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

    /// <summary>Takes DATA of the slice whose header came; what comes is hashed here.</summary>
    public AnswerStep Data(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Remaining)
            return AnswerStep.Malformed;
        _hasher.Append(bytes);
        Remaining -= bytes.Length;
        if (Remaining > 0 || bytes.Length == 0)
            return AnswerStep.More;
        var run = asked[Index++];
        var proof = _proof.AsSpan(0, _proofCount);
        var isGood = RunProof.Verify(run.Id.Root, run.Id.Length, run.Run, _hasher.Finish(), proof);
        return isGood ? AnswerStep.Verified : AnswerStep.Corrupt;
    }

    /// <summary>What to ask about the slice that was just found corrupt.</summary>
    public LeafQuestion AskLeaves() =>
        new(asked[Index - 1], _hasher.Leaves.ToArray(), _proof[.._proofCount]);

    private bool TryRead(ReadOnlySpan<byte> part, out SliceHeader.Types.Status status)
    {
        status = SliceHeader.Types.Status.Ok;
        _proofCount = 0;
        // Small files: an empty message says OK and needs no proof.
        if (part.Length == 0)
            return true;
        if (!ControlMessages.TryParse(part, out SliceHeader? header))
            return false;
        var proof = MemoryMarshal.Cast<byte, Hash256>(header.Proof.Span);
        proof.CopyTo(_proof);
        _proofCount = proof.Length;
        status = header.Status;
        return true;
    }
}
