using System.Collections.Concurrent;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Node.Serving;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Events;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Shares;

namespace FriendNet.Tests.Node.Serving;

/// <summary>A node that shares a folder over real links, and does nothing else.</summary>
internal sealed class SharingSide : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _isOver;

    internal SharingSide(params (string Path, byte[] Bytes)[] files)
    {
        foreach (var (path, bytes) in files)
        {
            var full = Path.Join(Home.Share, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, bytes);
            // A time that can be set again.
            File.SetLastWriteTimeUtc(full, DateTime.UtcNow - TimeSpan.FromHours(1));
        }

        Home.Open();
        Server = new(
            (link, stream) => Side.Our.Links.Find(link)?.BeginAnswer(stream),
            (_, id) =>
                IsVisible
                && Home.Index.TryFind(id.Root, id.Length, IndexedHome.One.Contains, out var place)
                    ? place
                    : null,
            Changed.Enqueue,
            _ => { },
            parts: null,
            Blocks
        );
        _thread = new(Run);
        _thread.Start();
    }

    internal Side Side { get; } = new("Alice");

    internal IndexedHome Home { get; } = new();

    internal Server Server { get; }

    internal BlockQuota Blocks { get; } = new();

    internal bool IsVisible { get; set; } = true;

    internal ConcurrentQueue<FileLocation> Changed { get; } = new();

    internal IndexedFile[] Files => [.. Home.Index.InKeyOrder(IndexedHome.One)];

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        Server.Dispose();
        Side.Our.Uploads.Dispose();
        Side.Dispose();
        Home.Close();
        Home.Dispose();
    }

    private void Run()
    {
        while (!_isOver)
        {
            switch (Side.TryNext(TimeSpan.FromMilliseconds(50)))
            {
                case Input.RequestReceived { Request.Fetch: { } fetch } asked:
                    Server.Handle(new Effect.ServeFetch(asked.Link, asked.Stream, default, fetch));
                    break;
                case Input.RequestReceived { Request.Leaves: { } leaves } asked:
                    Server.Handle(
                        new Effect.ServeLeaves(asked.Link, asked.Stream, default, leaves)
                    );
                    break;
                case Input.LinkClosed closed:
                    Server.LinkClosed(closed.Link);
                    break;
            }
        }
    }
}

/// <summary>Keeps an answer in memory.</summary>
internal sealed class Collected : IStreamSink
{
    private readonly byte[] _space = new byte[64 * 1024];
    private readonly TaskCompletionSource<FriendNet.Protocol.Wire.ResetCode?> _over = new();

    /// <summary>PART and DATA in their order; DATA may come in many.</summary>
    internal List<(bool IsPart, byte[] Bytes)> Pieces { get; } = [];

    internal bool HasEnded { get; private set; }

    /// <summary>Null when it ended well.</summary>
    internal FriendNet.Protocol.Wire.ResetCode? Wait() =>
        _over.Task.WaitAsync(Side.Patience).GetAwaiter().GetResult();

    public Span<byte> DataSpace(int bytes) => _space.AsSpan(0, bytes);

    public void DataReceived(int bytes) => Pieces.Add((false, _space[..bytes]));

    public void Part(ReadOnlySpan<byte> body) => Pieces.Add((true, body.ToArray()));

    public void Ended()
    {
        HasEnded = true;
        _over.TrySetResult(null);
    }

    public void Failed(FriendNet.Protocol.Wire.ResetCode? code) => _over.TrySetResult(code);
}
