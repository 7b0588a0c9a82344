using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Node.Serving;

/// <summary>A content among those that who asks may see; null: not there, or not for it.</summary>
/// <param name="friend">
/// Null: somebody of the circle, the least that anybody is; who is forgotten fails closed.
/// </param>
public delegate FileLocation? FindContent(FriendId? friend, ContentId id);

/// <summary>Reads a run of what we fetch or have fetched.</summary>
/// <returns>The proof of the run, which was read and is right; null: it is not here.</returns>
public delegate Hash256[]? ReadPart(RunOfContent run, Span<byte> destination);

/// <summary>What we fetch or have fetched, for friends that fetch the same.</summary>
public sealed record PartSource(Func<ContentId, bool> Holds, ReadPart TryRead);

/// <summary>
/// Reads what one friend asks for and puts it into its answer: large runs in a block each, small
/// ones one after another in a block. One request at a time.
/// </summary>
/// <param name="changed">Told of a file that is not what was hashed, to be looked at again.</param>
/// <param name="parts">For friends only; null: nothing of what we fetch is served.</param>
internal sealed class FetchAnswer(
    FriendId? friend,
    FindContent find,
    BlockQuota blocks,
    Action<FileLocation> changed,
    PartSource? parts
) : IDisposable
{
    private static readonly byte[] NotFound = Header(SliceHeader.Types.Status.NotFound);
    private static readonly byte[] Failed = Header(SliceHeader.Types.Status.Failed);

    // Over a path comes nobody that we know: what we fetch is not told there.
    private readonly PartSource? _parts = friend is null ? null : parts;
    private readonly OpenFiles _files = new();
    private volatile bool _isStale;

    /// <exception cref="OperationCanceledException">The request is over.</exception>
    internal async Task FetchAsync(Answer answer, FetchRequest request)
    {
        Block? block = null;
        var at = 0;
        try
        {
            foreach (var slice in request.Slices)
            {
                if (!RunOfContent.TryParse(slice, out var run))
                {
                    answer.Reset(ResetCode.Malformed);
                    return;
                }

                if (block is null || at + run.Bytes > Block.Bytes)
                {
                    block?.Return();
                    block = null;
                    (block, at) = (await answer.RentAsync(blocks), 0);
                }

                var header = Read(run, block.Span.Slice(at, run.Bytes));
                await answer.PartAsync(header);
                if (header == NotFound || header == Failed)
                    continue;
                block.Share();
                await answer.DataAsync(block, at, run.Bytes);
                at += run.Bytes;
            }

            answer.End();
        }
        finally
        {
            block?.Return();
        }
    }

    /// <summary>Hashes a run again, leaf by leaf, for a friend that found it wrong.</summary>
    /// <exception cref="OperationCanceledException">The request is over.</exception>
    internal async Task LeavesAsync(Answer answer, LeavesRequest request)
    {
        if (!RunOfContent.TryParse(request.Slice, out var run))
        {
            answer.Reset(ResetCode.Malformed);
            return;
        }

        var block = await answer.RentAsync(blocks);
        try
        {
            var bytes = block.Span[..run.Bytes];
            var header = Read(run, bytes);
            if (header == NotFound || header == Failed)
            {
                answer.Reset(header == NotFound ? ResetCode.NotFound : ResetCode.Failed);
                return;
            }

            var proof = SliceHeader.Parser.ParseFrom(header).Proof.Memory;
            var check = new SliceCheck();
            var isGood = check.IsGood(run, bytes, MemoryMarshal.Cast<byte, Hash256>(proof.Span));
            // The friend is right: it is not what was hashed, though its times are the same.
            if (!isGood && find(friend, run.Id) is { } location)
                changed(location);
            await answer.PartAsync(MemoryMarshal.AsBytes(check.Leaves).ToArray());
            answer.End();
        }
        finally
        {
            block.Return();
        }
    }

    /// <summary>Whether files are open for requests to come.</summary>
    internal bool HoldsFiles => !_files.IsEmpty;

    internal void CloseFiles() => _files.DropAll();

    /// <summary>From any thread: nothing that was found before counts.</summary>
    internal void Forget() => _isStale = true;

    /// <summary>From any thread: whether all that it asks for may still be given.</summary>
    internal bool IsStillFor(Request request)
    {
        IEnumerable<SliceRequest> slices = request.Fetch is { } fetch
            ? fetch.Slices
            : [request.Leaves.Slice];
        foreach (var slice in slices)
        {
            if (!RunOfContent.TryParse(slice, out var run))
                continue;
            if (find(friend, run.Id) is null && _parts?.Holds(run.Id) != true)
                return false;
        }

        return true;
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Reads the run and gives its header, which says whether that went well.</summary>
    private byte[] Read(RunOfContent run, Span<byte> destination)
    {
        if (_isStale)
        {
            _isStale = false;
            _files.DropAll();
        }

        var isLarge = run.Id.Length > Block.Bytes;
        var file = isLarge ? _files.Find(run.Id) : null;
        if (file is null)
        {
            if (find(friend, run.Id) is not { } location)
                return ReadPart(run, destination);
            if (location.Open() is not { } opened)
            {
                changed(location);
                return Failed;
            }

            file = new(location, opened);
            if (isLarge)
                _files.Keep(run.Id, file);
        }

        if (!file.TryRead(destination, (long)run.Run * Block.Bytes))
        {
            changed(file.Location);
            _files.Drop(file);
            return Failed;
        }

        _files.Done(file);
        return isLarge ? Proven(file.Location.Runs, run.Run) : [];
    }

    private byte[] ReadPart(RunOfContent run, Span<byte> destination)
    {
        if (_parts?.TryRead(run, destination) is not { } proof)
            return NotFound;
        return proof.Length == 0 ? [] : Proven(proof);
    }

    private static byte[] Proven(ReadOnlySpan<Hash256> proof) =>
        new SliceHeader { Proof = ByteString.CopyFrom(MemoryMarshal.AsBytes(proof)) }.ToByteArray();

    private static byte[] Proven(RunTree runs, int run)
    {
        Span<Hash256> proof = stackalloc Hash256[Limits.ProofHashesMax];
        var count = runs.Prove(run, proof);
        return Proven(proof[..count]);
    }

    private static byte[] Header(SliceHeader.Types.Status status) =>
        new SliceHeader { Status = status }.ToByteArray();
}
