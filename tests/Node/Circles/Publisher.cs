using System.Buffers;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using FriendNet.Tests.Protocol.Catalogs;

namespace FriendNet.Tests.Node.Circles;

/// <summary>Signs heads and writes deltas as a pseudonym somewhere does.</summary>
internal sealed class Publisher : IDisposable
{
    private readonly PseudonymKeys _keys = PseudonymKeys.Create(Entropy.Instance);
    private long _version = 1_700_000_000;

    internal PseudonymId Id => new(new Hash256(_keys.Signing.PublicKey.Bytes));

    internal SignedHead Head(IEnumerable<CatalogEntry> entries) => Head(Sample.Head(entries));

    internal SignedHead Head(CatalogHead content) =>
        SignedHead.Sign(
            new CircleHead(Id, new Hash256(_keys.Path.PublicKey.Bytes), _version++, 2, content),
            _keys.Signing
        );

    internal static byte[] Delta(
        List<CatalogEntry>? from,
        List<CatalogEntry> to,
        params IEnumerable<DeltaStep> steps
    )
    {
        var output = new ArrayBufferWriter<byte>();
        var header = new DeltaHeader(
            from is null ? default : Sample.NaiveRoot(from),
            Sample.Head(to)
        );
        using var writer = new DeltaWriter(output, header, DeltaForm.Tags);
        foreach (var step in steps)
            writer.Add(step);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Whole(List<CatalogEntry> entries) =>
        Delta(null, entries, entries.Select(DeltaStep.Upsert));

    public void Dispose() => _keys.Dispose();
}
