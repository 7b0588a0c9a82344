using FriendNet.Crypto.Merkle;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

/// <summary>Real folders, a real index, views of it, and a friend's store that follows.</summary>
internal sealed class ViewsFixture : IDisposable
{
    internal static readonly VisibleShare Music = new(1, "Music");
    internal static readonly VisibleShare Books = new(2, "Books");
    private readonly string _folder = Directory.CreateTempSubdirectory("views").FullName;
    private readonly Dictionary<FriendId, CatalogHead> _heads = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changed = new(0);

    internal ViewsFixture()
    {
        foreach (var name in (string[])["Music", "Books"])
            Directory.CreateDirectory(Path.Combine(_folder, name));
    }

    internal string Database => Path.Combine(_folder, "views.db");

    internal string IndexDatabase => Path.Combine(_folder, "index.db");

    internal ShareIndex Index { get; private set; } = null!;

    internal Views Views { get; private set; } = null!;

    internal StoreFixture Friend { get; } = new();

    internal List<string> Said { get; } = [];

    /// <summary>What a view may hold; null: what friends take.</summary>
    internal CatalogSize? Most { get; set; }

    internal int Heads { get; private set; }

    internal void Start()
    {
        ShareFolder[] shares =
        [
            new(1, "Music", Path.Combine(_folder, "Music")),
            new(2, "Books", Path.Combine(_folder, "Books")),
        ];
        var settings = new ShareIndexSettings { Settle = TimeSpan.FromMilliseconds(20) };
        Index = ShareIndex.Open(IndexDatabase, shares, settings, out var why)!;
        Assert.True(Index is not null, why);
        Views = FriendNet.Node.Catalogs.Views.Open(
            Database,
            Index,
            Path.Combine(_folder, "spool"),
            () => DateTimeOffset.UnixEpoch,
            OnChanged,
            Said.Add,
            Most
        )!;
    }

    internal void Stop()
    {
        Views.Dispose();
        Index.Dispose();
    }

    internal void Write(string path, string content)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    internal void Delete(string path) => File.Delete(Path.Combine(_folder, path));

    /// <summary>Waits until a friend is told a head with so many entries.</summary>
    internal async Task<CatalogHead> Told(FriendId friend, Func<CatalogHead, bool> wanted)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            lock (_gate)
            {
                if (_heads.TryGetValue(friend, out var head) && wanted(head))
                    return head;
            }

            await _changed.WaitAsync(bound.Token);
        }
    }

    internal void Forget()
    {
        lock (_gate)
            _heads.Clear();
    }

    /// <summary>The friend asks from what it has, and applies. Gives bytes and steps.</summary>
    internal (int Bytes, List<DeltaStep> Steps, DeltaHeader Header) Sync(FriendId friend)
    {
        var delta = Delta(friend, Friend.Store.HaveRoot(friend));
        var outcome = Friend.Apply(friend, delta);
        Assert.True(outcome.Held is not null, outcome.Why);
        var (status, steps, header) = Sample.Read(delta);
        Assert.Equal(DeltaStatus.End, status);
        return (delta.Length, steps, header);
    }

    internal byte[] Delta(FriendId friend, Hash256 have)
    {
        using var spool = Views.Delta(friend, have)!;
        using var bytes = new MemoryStream();
        spool.Read().CopyTo(bytes);
        return bytes.ToArray();
    }

    internal List<string> Paths(FriendId friend) =>
        [.. Friend.All(friend).Select(e => e.Path.ToString()).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Stop();
        Friend.Dispose();
        _changed.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void OnChanged(FriendId friend, CatalogHead head)
    {
        lock (_gate)
        {
            _heads[friend] = head;
            Heads++;
        }

        _changed.Release();
    }
}
