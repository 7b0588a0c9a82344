using System.IO.Pipelines;
using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// Somebody else writes to what has come: only what is wrong of it is fetched again, and nothing
/// wrong is ever put in place.
/// </summary>
public sealed partial class ChangedPartTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private const int Runs = 21;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;
    private readonly byte[] _bytes = SeededBytes.Of((20 * Mib) + 3);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string Part => Path.Join(_home, "downloads", "a.bin.friendnet-part");

    [Fact]
    public void What_was_edited_while_nobody_ran_is_fetched_again_and_no_more()
    {
        var (id, left) = FetchPartly();
        Scribble(Part, 3 * Mib);
        var (state, sent) = GoOn(id);
        Assert.Equal(TransferState.Done, state);
        // What had not come, and the run that was written to.
        Assert.Equal(Runs - left + 1, sent);
    }

    [Fact]
    public void A_copy_in_its_place_is_looked_at_and_taken()
    {
        var (id, left) = FetchPartly();
        File.Copy(Part, Part + ".copy");
        File.Delete(Part);
        File.Move(Part + ".copy", Part);
        var (state, sent) = GoOn(id);
        Assert.Equal((TransferState.Done, Runs - left), (state, sent));
    }

    [Fact]
    public void A_link_in_its_place_is_not_followed()
    {
        var (id, _) = FetchPartly();
        File.Move(Part, Part + ".away");
        File.CreateSymbolicLink(Part, Part + ".away");
        var before = File.ReadAllBytes(Part + ".away");
        var (state, sent) = GoOn(id);
        Assert.Equal((TransferState.Done, Runs), (state, sent));
        Assert.Equal(before, File.ReadAllBytes(Part + ".away"));
        Assert.Null(new FileInfo(Path.Join(_home, "downloads", "a.bin")).LinkTarget);
    }

    /// <summary>
    /// A part that was cut is made anew at its full length: a crash before anything is recorded
    /// must not leave the runs of before.
    /// </summary>
    [Fact]
    public void What_is_gone_is_forgotten_on_disk_too()
    {
        var (id, _) = FetchPartly();
        using (var part = File.OpenWrite(Part))
            part.SetLength(5 * Mib);
        using (var node = new OneNode(_home, new MemoryFriend()))
            Wait(() => node.Downloader.Find(id)!.Why is not null);
        using var store = OneNode.Store(_home);
        Assert.False(store.Load(id).HoldsSome);
    }

    [Fact]
    public void What_is_edited_while_it_waits_is_not_put_in_place()
    {
        var friend = new MemoryFriend();
        using var half = new ManualResetEventSlim();
        using var edited = new ManualResetEventSlim();
        using var node = new OneNode(_home, friend);
        friend.Before = run =>
        {
            if (run.Run != 15 || edited.IsSet)
                return;
            half.Set();
            edited.Wait(TimeSpan.FromSeconds(30));
        };
        var id = node.Downloader.StartFile("a.bin", friend.Add(_bytes), node.Destination);
        Assert.True(half.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Wait(() => node.Downloader.Find(id)!.BytesStored == 15 * Mib);
        Scribble(Part, 3 * Mib);
        edited.Set();
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        Assert.Equal(Runs + 1, friend.SlicesSent);
    }

    /// <summary>A player stands still while another file comes in place of what it reads.</summary>
    [Fact]
    public async Task A_reader_goes_on_in_what_is_fetched_anew()
    {
        var friend = new MemoryFriend();
        using var half = new ManualResetEventSlim();
        using var edited = new ManualResetEventSlim();
        using var node = new OneNode(_home, friend);
        friend.Before = run =>
        {
            if (run.Run != 15 || edited.IsSet)
                return;
            half.Set();
            edited.Wait(TimeSpan.FromSeconds(30));
        };
        var id = node.Downloader.StartFile("a.bin", friend.Add(_bytes), node.Destination);
        Assert.True(half.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        using var reading = node.Downloader.Read(id, 0)!;
        await reading.AwaitAsync(3 * Mib, TestContext.Current.CancellationToken);
        File.Copy(Part, Part + ".copy");
        File.Move(Part, Part + ".away");
        File.Move(Part + ".copy", Part);
        Scribble(Part + ".away", 3 * Mib);
        edited.Set();
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        var read = new Pipe(new(pauseWriterThreshold: 0));
        await reading.CopyAsync(3 * Mib, 1, read.Writer, TestContext.Current.CancellationToken);
        var first = await read.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_bytes[3 * Mib], first.Buffer.FirstSpan[0]);
    }

    [Fact]
    public void A_small_file_of_a_folder_edited_meanwhile_is_fetched_again()
    {
        var friend = new MemoryFriend();
        var files = Enumerable.Range(0, 300).Select(i => SeededBytes.Of(9_000, i)).ToArray();
        using var node = new OneNode(_home, friend);
        var staging = node.PathOf("tree.friendnet-part");
        var isEdited = false;
        friend.Before = _ =>
        {
            if (isEdited || friend.SlicesSent < files.Length / 2)
                return;
            isEdited = true;
            var one = new FileInfo(Path.Join(staging, "f2"));
            Wait(() =>
            {
                one.Refresh();
                return one is { Exists: true, Length: 9_000 };
            });
            Scribble(one.FullName, 100);
        };
        var offered = files.Select((f, i) => new OfferedFile($"f{i}", friend.Add(f))).ToArray();
        var id = node.Downloader.StartFolder("tree", offered, node.Destination);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.True(isEdited);
        for (var i = 0; i < files.Length; i++)
            Assert.Equal(files[i], File.ReadAllBytes(node.PathOf($"tree/f{i}")));
        Assert.Equal(files.Length + 1, friend.SlicesSent);
    }

    /// <summary>Fetches 15 runs or so, and ends; gives how many are recorded.</summary>
    private (TransferId Id, int Left) FetchPartly()
    {
        var friend = new MemoryFriend();
        TransferId id;
        using (var stop = new ManualResetEventSlim())
        using (var node = new OneNode(_home, friend))
        {
            friend.Before = run =>
            {
                if (run.Run == 15)
                {
                    friend.Leave();
                    stop.Set();
                }
            };
            id = node.Downloader.StartFile("a.bin", friend.Add(_bytes), node.Destination);
            Assert.True(stop.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        return (id, Recorded(id));
    }

    /// <summary>Runs that are recorded.</summary>
    private int Recorded(TransferId id)
    {
        using var store = OneNode.Store(_home);
        var have = store.Load(id).Have;
        return Enumerable.Range(0, have.Count).Count(run => have[run]);
    }

    private (TransferState State, int Sent) GoOn(TransferId id)
    {
        var friend = new MemoryFriend();
        friend.Add(_bytes);
        using var node = new OneNode(_home, friend);
        var state = node.WaitFor(id).State;
        Assert.Equal(_bytes, File.ReadAllBytes(node.PathOf("a.bin")));
        return (state, friend.SlicesSent);
    }

    /// <summary>Another byte there, and the time of modification of before.</summary>
    private static void Scribble(string path, int at)
    {
        var time = File.GetLastWriteTimeUtc(path);
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = at;
            var old = file.ReadByte();
            file.Position = at;
            file.WriteByte((byte)(old ^ 1));
        }

        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Wait(Func<bool> until) =>
        Assert.True(SpinWait.SpinUntil(until, TimeSpan.FromSeconds(30)));
}
