using FriendNet.Crypto.Merkle;
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
