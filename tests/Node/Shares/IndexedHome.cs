using FriendNet.Crypto.Merkle;
using FriendNet.Node.Shares;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Shares;

/// <summary>
/// A temporary folder with an index of shares in it; all waits are for its events.
/// </summary>
internal sealed class IndexedHome : IDisposable
{
    private const FileShare ShareAll = FileShare.ReadWrite | FileShare.Delete;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("friendnet-shares-");
    private readonly AutoResetEvent _changed = new(false);
    private ShareIndex? _index;

    internal IndexedHome() => Share = Directory.CreateDirectory(At("share")).FullName;

    /// <summary>The path of share 1, "music".</summary>
    internal string Share { get; }

    internal ShareIndex Index => _index!;

    internal string? Sentence { get; private set; }

    internal string Database => At("index.db");

    internal static IReadOnlySet<int> One { get; } = new HashSet<int> { 1 };

    internal ShareFolder Music => new(1, "music", Share);

    internal string At(string path) => Path.Combine(_folder.FullName, path);

    internal ShareIndex Open(params ShareFolder[] shares)
    {
        var settings = new ShareIndexSettings
        {
            Excluded = At("share/home"),
            Settle = TimeSpan.FromMilliseconds(50),
            PresencePeriod = TimeSpan.FromMilliseconds(100),
        };
        var list = shares.Length == 0 ? [Music] : shares;
        _index = ShareIndex.Open(Database, list, settings, out var sentence);
        Sentence = sentence;
        Assert.NotNull(_index);
        _index.Changed += (_, _) => _changed.Set();
        WaitFor(() => !_index.Indexing);
        return _index;
    }

    internal void Close()
    {
        _index?.Dispose();
        _index = null;
    }

    internal void WaitFor(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Bound;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The index did not get there in a minute.");
            _changed.WaitOne(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Walks share 1 again and waits for the end.</summary>
    internal void Rescan()
    {
        Index.Rescan(1);
        WaitFor(() => !Index.Indexing);
    }

    /// <summary>Writes a file that has been left alone for an hour.</summary>
    internal string Write(string path, byte[] bytes)
    {
        var full = Path.Combine(Share, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        File.SetLastWriteTimeUtc(full, DateTime.UtcNow.AddHours(-1).AddTicks(1234));
        return full;
    }

    /// <summary>Changes a byte so that nothing but reading the file can tell.</summary>
    internal static void Spoil(string full)
    {
        var time = File.GetLastWriteTimeUtc(full);
        var bytes = File.ReadAllBytes(full);
        bytes[0] ^= 1;
        using (var file = File.OpenWrite(full))
            file.Write(bytes);
        File.SetLastWriteTimeUtc(full, time);
    }

    /// <summary>Spoils all pages but the first, whether or not the index is open.</summary>
    internal void DamageInside()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using (var command = connection.CreateCommand())
        {
            // What changes makes others read the file again.
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE spoilt(x)";
            command.ExecuteNonQuery();
        }

        if (_index is null)
            connection.Dispose();
        using (var file = new FileStream(Database, FileMode.Open, FileAccess.ReadWrite, ShareAll))
        {
            var garbage = new byte[file.Length - 4096];
            Array.Fill(garbage, (byte)0xA5);
            file.Position = 4096;
            file.Write(garbage);
        }

        connection.Dispose();
    }

    internal IndexedFile Row(string path) => Rows().Single(row => row.Path == path);

    internal List<IndexedFile> Rows() => [.. Index.InKeyOrder(One)];

    internal string[] Paths() => [.. Rows().Select(row => row.Path).Order(StringComparer.Ordinal)];

    internal FileLocation? Find(Hash256 root, long length) =>
        Index.TryFind(root, length, One.Contains, out var location) ? location : null;

    public void Dispose()
    {
        Close();
        _changed.Dispose();
        _folder.Delete(recursive: true);
    }
}
