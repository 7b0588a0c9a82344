using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class ViewsTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly ViewsFixture _fixture = new();

    public ViewsTests()
    {
        for (var i = 0; i < 40; i++)
            _fixture.Write($"Music/song {i}.txt", $"la {i}");
        _fixture.Write("Books/secret plan.txt", "psst");
        _fixture.Write("Books/empty.txt", "");
        _fixture.Start();
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task AChangeCostsWhatChanged()
    {
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        var head = await _fixture.Told(Bob, h => h.Entries == 42);
        var all = _fixture.Sync(Bob);
        Assert.Equal((head, 42), (all.Header.To, all.Steps.Count));
        Assert.Equal(head, Sample.Head(_fixture.Friend.All(Bob)));
        Assert.Equal(head, Sample.Head(_fixture.Views.List(Bob)));
        _fixture.Write("Music/new.txt", "new");
        await _fixture.Told(Bob, h => h.Entries == 43);
        Assert.Equal("Music/new.txt", Assert.Single(_fixture.Sync(Bob).Steps).Path.ToString());
        _fixture.Delete("Music/song 7.txt");
        await _fixture.Told(Bob, h => h.Entries == 42);
        var gone = _fixture.Sync(Bob);
        Assert.Equal(DeltaStep.Remove(Sample.Path("Music/song 7.txt")), Assert.Single(gone.Steps));
        Assert.InRange(gone.Bytes, 60, 160);
        var nothing = _fixture.Sync(Bob);
        Assert.Equal((0, gone.Header.To), (nothing.Steps.Count, nothing.Header.To));
    }

    [Fact]
    public async Task RootsAreKnownAfterARestart()
    {
        _fixture.Views.Show(Bob, [ViewsFixture.Music]);
        await _fixture.Told(Bob, h => h.Entries == 40);
        _fixture.Sync(Bob);
        _fixture.Stop();
        _fixture.Forget();
        _fixture.Write("Music/while away.txt", "x");
        _fixture.Start();
        _fixture.Views.Show(Bob, [ViewsFixture.Music]);
        await _fixture.Told(Bob, h => h.Entries == 41);
        Assert.Single(_fixture.Sync(Bob).Steps);
    }

    [Fact]
    public async Task AHiddenShareLeavesNothing()
    {
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 42);
        _fixture.Sync(Bob);
        _fixture.Views.Show(Bob, [ViewsFixture.Music]);
        await _fixture.Told(Bob, h => h.Entries == 40);
        var step = Assert.Single(_fixture.Sync(Bob).Steps);
        Assert.Equal(DeltaStep.RemoveTree(Sample.Path("Books")), step);
        Assert.DoesNotContain(
            _fixture.Paths(Bob),
            p => p.StartsWith("Books", StringComparison.Ordinal)
        );
        // What comes and goes while it is hidden is never named, not even as removed.
        _fixture.Write("Books/never told.txt", "x");
        await Indexed("Books/never told.txt", true);
        _fixture.Delete("Books/never told.txt");
        await Indexed("Books/never told.txt", false);
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 42);
        var steps = _fixture.Sync(Bob).Steps;
        Assert.Equal(2, steps.Count);
        Assert.All(steps, s => Assert.Equal(DeltaKind.Upsert, s.Kind));
    }

    [Fact]
    public async Task WhoMayNotSeeAShareLearnsNothingOfIt()
    {
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        _fixture.Views.Show(Carol, [ViewsFixture.Music]);
        var bobs = await _fixture.Told(Bob, h => h.Entries == 42);
        var carols = await _fixture.Told(Carol, h => h.Entries == 40);
        var before = _fixture.Delta(Carol, default);
        var steps = Sample.Read(before).Steps;
        Assert.All(steps, s => Assert.StartsWith("Music/", s.Path.ToString()));
        // Bob's root, had from him, is as unknown to Carol's questions as any other.
        var unknown = new Hash256([.. Enumerable.Repeat((byte)9, 32)]);
        Assert.Equal(before, _fixture.Delta(Carol, unknown));
        Assert.Equal(before, _fixture.Delta(Carol, bobs.Root));
        // Nothing of hers changes with what is not for her.
        _fixture.Write("Books/another.txt", "x");
        await _fixture.Told(Bob, h => h.Entries == 43);
        Assert.Equal(before, _fixture.Delta(Carol, default));
        Assert.Equal(carols, _fixture.Views.Head(Carol));
        Assert.Equal(40, _fixture.Views.List(Carol).Count);
        Assert.Null(_fixture.Views.Delta(new FriendId(99), default));
        Assert.Null(_fixture.Views.Head(new FriendId(99)));
    }

    [Fact]
    public async Task AnEmptyAudienceIsAnEmptyView()
    {
        _fixture.Views.Show(Bob, []);
        var head = await _fixture.Told(Bob, h => h.Entries == 0);
        Assert.Equal(default, head);
        Assert.Empty(_fixture.Sync(Bob).Steps);
        Assert.Empty(_fixture.Views.List(Bob));
    }

    [Fact]
    public async Task ListsArePaged()
    {
        _fixture.Views.Show(Bob, [ViewsFixture.Music, ViewsFixture.Books]);
        await _fixture.Told(Bob, h => h.Entries == 42);
        var paths = new List<string>();
        while (true)
        {
            var page = _fixture.Views.List(Bob, paths.LastOrDefault(""), 5);
            paths.AddRange(page.Select(e => e.Path.ToString()));
            if (page.Count == 0)
                break;
        }

        Assert.Equal(42, paths.Count);
        Assert.Equal("Books/empty.txt", paths[0]);
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
    }

    private async Task Indexed(string path, bool there)
    {
        // Alice sees all; her view tells when the index has it.
        var alice = new FriendId(0xA11CE);
        _fixture.Views.Show(alice, [ViewsFixture.Books]);
        await _fixture.Told(alice, h => h.Entries == (there ? 3 : 2));
        var paths = _fixture.Views.List(alice).Select(e => e.Path.ToString());
        Assert.Equal(there, paths.Contains(path));
    }
}
