using System.Collections.Concurrent;
using FriendNet.Node.Links;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Node.Links;

/// <summary>Keeps what answers one request.</summary>
internal sealed class Sink : IStreamSink
{
    private readonly BlockingCollection<string> _ends = [];
    private readonly List<byte> _received = [];
    private readonly byte[] _space = new byte[Limits.FrameBodyBytesMax];

    internal int Room { get; init; } = Limits.FrameBodyBytesMax;

    internal long Count => _received.Count;

    public Span<byte> DataSpace(int bytes) => _space.AsSpan(0, Math.Min(bytes, Room));

    public void DataReceived(int bytes) => _received.AddRange(_space.AsSpan(0, bytes));

    public void Part(ReadOnlySpan<byte> body) => _received.AddRange(body);

    public void Ended() => _ends.Add("ended");

    public void Failed(ResetCode? code) => _ends.Add(code?.ToString() ?? "lost");

    /// <summary>How it ended, once only.</summary>
    internal string End()
    {
        Assert.True(_ends.TryTake(out var end, Side.Patience), "It did not end.");
        Assert.Empty(_ends);
        return end!;
    }

    internal byte[] Received() => _received.ToArray();
}
