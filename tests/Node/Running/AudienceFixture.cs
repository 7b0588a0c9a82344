using FriendNet.Crypto.Merkle;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Running;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Running;

/// <summary>A node's store, index, views and audiences, with three friends; no network.</summary>
internal sealed class AudienceFixture : IDisposable
{
    private static readonly DateTime Written = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly SomeNode _self = new("Alice");
    private readonly List<(FriendId Viewer, CatalogHead Head)> _heads = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly SemaphoreSlim _indexed = new(0);

    internal AudienceFixture()
    {
        Store = _self.Open();
        (Named, Member, Other) = (Befriend("Named"), Befriend("Member"), Befriend("Other"));
        Group = Store.Groups.Create("family")!.Id;
        Store.Groups.Change(Group, [Member], []);
        var settings = new ShareIndexSettings { Settle = TimeSpan.FromMilliseconds(20) };
        Index = ShareIndex.Open(In("index.db"), [], settings, out var why)!;
        Assert.True(Index is not null, why);
        Index.Changed += (_, _) => _indexed.Release();
        Views = FriendNet.Node.Catalogs.Views.Open(
            ViewsDatabase,
            Index,
            In("spool"),
            () => DateTimeOffset.UnixEpoch,
            OnChanged,
            Assert.Fail
        )!;
        Audiences = new Audiences(Store, Index, Views);
        Audiences.ShowCircle();
        foreach (var friend in Store.Friends)
        {
            Audiences.Show(friend.Id);
        }
    }

    internal FriendId Self => _self.Id;

    internal FriendId Named { get; }

    internal FriendId Member { get; }

    internal FriendId Other { get; }

    internal int Group { get; }

    internal FriendStore Store { get; }

    internal ShareIndex Index { get; }

    internal Views Views { get; }

    internal Audiences Audiences { get; }

    internal string ViewsDatabase => In("views.db");

    internal static string NameOf(int bits) => $"share-{bits:x}";

    /// <summary>Null: somebody of the circle.</summary>
    internal FriendId? Friend(string viewer) =>
        viewer switch
        {
            "named" => Named,
            "member" => Member,
            "other" => Other,
            _ => null,
        };

    /// <summary>1: friends, 2: circle, 4: friend, 8: group.</summary>
    internal Audience Of(int bits) =>
        new(
            (bits & 1) != 0,
            (bits & 2) != 0,
            (bits & 4) != 0 ? new HashSet<FriendId> { Named } : new HashSet<FriendId>(),
            (bits & 8) != 0 ? new HashSet<int> { Group } : new HashSet<int>()
        );

    internal async Task ShareAllSubsets()
    {
        for (var bits = 0; bits < 16; bits++)
        {
            await Share(NameOf(bits), Of(bits));
        }

        await Told(Named, 6);
        await Told(Member, 6);
        await Told(Other, 4);
        await Told(FriendNet.Node.Catalogs.Views.Circle, 8);
    }

    /// <summary>Returns when it is indexed.</summary>
    internal async Task Share(string name, Audience audience, string? file = null)
    {
        Directory.CreateDirectory(In(name));
        Write(name, file ?? $"file of {name}.txt");
        Audiences.Added(Store.Shares.Add(name, In(name), audience)!);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Index.Shares.Single(share => share.Name == name).Files == 0)
        {
            await _indexed.WaitAsync(bound.Token);
        }
    }

    internal string FileOf(string name) => Path.GetFileName(Directory.GetFiles(In(name)).Single());

    internal void Write(string share, string file)
    {
        var path = Path.Combine(In(share), file);
        File.WriteAllText(path, $"content of {file}");
        File.SetLastWriteTimeUtc(path, Written);
    }

    internal int IdOf(string name) => Store.Shares.All.Single(share => share.Name == name).Id;

    internal void Change(string name, Audience audience)
    {
        var before = Store.Shares.Change(IdOf(name), audience)!;
        Audiences.Changed(before.Audience, audience);
    }

    internal void Regroup(FriendId put, FriendId taken)
    {
        Assert.NotNull(Store.Groups.Change(Group, [put], [taken]));
        Audiences.Regrouped([put, taken]);
    }

    internal bool Serves(FriendId? friend, int bits) => Serves(friend, NameOf(bits));

    internal bool Serves(FriendId? friend, string name)
    {
        var id = IdOf(name);
        using var moment = Index.Snapshot();
        var file = moment.InPathOrder(id, "").Single();
        return Index.TryFind(file.Root, file.Size, Audiences.VisibleTo(friend), out _);
    }

    /// <summary>Waits until the viewer is told a head with so many entries.</summary>
    internal async Task<CatalogHead> Told(FriendId viewer, int entries)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (Views.Head(viewer) is { } head && head.Entries == entries)
            {
                return head;
            }

            await _changed.WaitAsync(bound.Token);
        }
    }

    internal IReadOnlyList<CatalogHead> HeadsTold(FriendId viewer)
    {
        lock (_gate)
        {
            return [.. _heads.Where(one => one.Viewer == viewer).Select(one => one.Head)];
        }
    }

    internal void ForgetHeads()
    {
        lock (_gate)
        {
            _heads.Clear();
        }
    }

    internal byte[] Delta(FriendId viewer, Hash256 have)
    {
        using var spool = Views.Delta(viewer, have)!;
        using var bytes = new MemoryStream();
        spool.Read().CopyTo(bytes);
        return bytes.ToArray();
    }

    public void Dispose()
    {
        Views.Dispose();
        Index.Dispose();
        Store.Dispose();
        _self.Dispose();
        _changed.Dispose();
        _indexed.Dispose();
    }

    private string In(string name) => Path.Combine(_self.Folder, name);

    private FriendId Befriend(string name)
    {
        using var node = new SomeNode(name);
        using var secret = SomeNode.SomeSecret();
        Assert.NotNull(Store.Add(node.Card, secret, [], SomeNode.Now()));
        return node.Id;
    }

    private void OnChanged(FriendId viewer, CatalogHead head)
    {
        lock (_gate)
        {
            _heads.Add((viewer, head));
        }

        _changed.Release();
    }
}
