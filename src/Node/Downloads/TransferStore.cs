using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Node.Downloads;

/// <summary>
/// The transfers in SQLite. Which runs are on disk is one bit each over all files of a transfer
/// (<see cref="RunMap"/>), in rows of 512 bytes, so that recording costs a row or two.
/// </summary>
public sealed partial class TransferStore : IDisposable
{
    /// <summary>For <see cref="Database.Open"/>.</summary>
    public static IReadOnlyList<string> Schema => TransferSchema.Scripts;

    private const int ChunkBytes = 512;
    private const int ChunkRuns = ChunkBytes * 8;
    private const string Columns =
        "id, name, destination, part, final, folder, state, created, files, bytes, why, quiet";

    private readonly Lock _gate = new();
    private readonly Database _database;
    private readonly Statement _insertFile;
    private readonly Statement _record;
    private readonly Statement _recordRoot;
    private readonly Statement _recordTimes;
    private readonly Statement _setState;

    /// <param name="database">Opened with <see cref="Schema"/>; owned from here on.</param>
    public TransferStore(Database database)
    {
        _database = database;
        _insertFile = new(database.Writer, "INSERT INTO files VALUES(?,?,?,?,?)");
        _record = new(database.Writer, "INSERT OR REPLACE INTO have VALUES(?,?,?)");
        _recordRoot = new(database.Writer, "INSERT OR REPLACE INTO roots VALUES(?,?,?)");
        _recordTimes = new(database.Writer, "INSERT OR REPLACE INTO changes VALUES(?,?,?)");
        _setState = new(database.Writer, "UPDATE transfers SET state=?,final=?,why=? WHERE id=?");
    }

    /// <summary>Adds a transfer; its id is given by the store.</summary>
    public TransferRow Add(TransferRow row, IReadOnlyList<TransferFile> files)
    {
        using (_gate.EnterScope())
        {
            var id = InTransaction(() =>
            {
                var added = Insert(row);
                for (var file = 0; file < files.Count; file++)
                {
                    _insertFile
                        .Bind(0, added)
                        .Bind(1, file)
                        .Bind(2, files[file].Path)
                        .Bind(3, files[file].Id.Root)
                        .Bind(4, files[file].Id.Length)
                        .Run();
                }

                return added;
            });
            return row with { Id = new(id) };
        }
    }

    public IReadOnlyList<TransferRow> List()
    {
        using (_gate.EnterScope())
        {
            List<TransferRow> rows = [];
            using var select = Prepare($"SELECT {Columns} FROM transfers ORDER BY id");
            while (select.Step())
            {
                rows.Add(
                    new(
                        new(select.Long(0)),
                        select.Text(1),
                        select.Text(2),
                        select.Text(3),
                        NullIfEmpty(select.Text(4)),
                        select.Long(5) != 0,
                        (TransferState)select.Long(6),
                        select.Long(7),
                        (int)select.Long(8),
                        select.Long(9),
                        NullIfEmpty(select.Text(10))
                    )
                    {
                        IsQuiet = select.Long(11) != 0,
                    }
                );
            }

            return rows;
        }
    }

    public TransferContent Load(TransferId id)
    {
        using (_gate.EnterScope())
        {
            List<TransferFile> files = [];
            var sql = "SELECT path, root, length FROM files WHERE transfer=? ORDER BY file";
            using var select = Prepare(sql);
            select.Bind(0, id.Value);
            while (select.Step())
                files.Add(new(select.Text(0), new(select.Hash(1), select.Long(2))));
            var content = new TransferContent(files);
            using var chunks = Prepare("SELECT chunk, bits FROM have WHERE transfer=?");
            chunks.Bind(0, id.Value);
            while (chunks.Step())
                Restore(content.Have, chunks.Long(0) * ChunkRuns, chunks.Hashes(1));
            LoadTimes(id, content);
            return content;
        }
    }

    /// <summary>One file of a transfer; null: it has none of that number.</summary>
    public TransferFile? FileOf(TransferId id, int file)
    {
        using (_gate.EnterScope())
        {
            using var select = Prepare(
                "SELECT path, root, length FROM files WHERE transfer=? AND file=?"
            );
            select.Bind(0, id.Value).Bind(1, file);
            return select.Step() ? new(select.Text(0), new(select.Hash(1), select.Long(2))) : null;
        }
    }

    /// <summary>Records that those runs are on disk, which must be true already.</summary>
    /// <param name="runs">And their roots.</param>
    /// <param name="copyBits">Fills an array with the bits of all that is on disk, from a run on.
    /// </param>
    /// <param name="times">Of their files.</param>
    public void Record(
        TransferId id,
        IReadOnlyCollection<(int Run, Hash256 Root)> runs,
        Action<int, byte[]> copyBits,
        IReadOnlyList<ChangeTimes> times
    )
    {
        var chunks = runs.Select(run => run.Run / ChunkRuns).Distinct().ToArray();
        using (_gate.EnterScope())
        {
            InTransaction(() =>
            {
                foreach (var (run, root) in runs.Where(run => !run.Root.IsZero))
                    _recordRoot.Bind(0, id.Value).Bind(1, run).Bind(2, root).Run();
                foreach (var those in times)
                    RecordTimes(id, those);
                var bits = new byte[ChunkBytes];
                foreach (var chunk in chunks)
                {
                    copyBits(chunk * ChunkRuns, bits);
                    _record.Bind(0, id.Value).Bind(1, chunk);
                    _record.Bind(2, MemoryMarshal.Cast<byte, Hash256>(bits)).Run();
                }

                return 0L;
            });
        }
    }

    /// <summary>Records what is left after a look at the disk.</summary>
    public void Keep(TransferId id, TransferContent content)
    {
        var have = content.Have;
        using (_gate.EnterScope())
        {
            InTransaction(() =>
            {
                Delete("have WHERE transfer", id);
                var bits = new byte[ChunkBytes];
                for (var from = 0; from < have.Count; from += ChunkRuns)
                {
                    have.CopyTo(from, bits);
                    _record.Bind(0, id.Value).Bind(1, from / ChunkRuns);
                    _record.Bind(2, MemoryMarshal.Cast<byte, Hash256>(bits)).Run();
                }

                RecordTimes(id, content);
                return 0L;
            });
        }
    }

    /// <summary>The root of a run that was recorded; null: it was not kept.</summary>
    public Hash256? RootOf(TransferId id, int run)
    {
        using (_gate.EnterScope())
        {
            using var select = Prepare("SELECT root FROM roots WHERE transfer=? AND run=?");
            select.Bind(0, id.Value).Bind(1, run);
            return select.Step() ? select.Hash(0) : null;
        }
    }

    public void SetState(TransferId id, TransferState state, string? finalName, string? why)
    {
        using (_gate.EnterScope())
        {
            _setState.Bind(0, (long)state).Bind(1, finalName ?? "").Bind(2, why ?? "");
            _setState.Bind(3, id.Value).Run();
        }
    }

    public void Remove(TransferId id)
    {
        using (_gate.EnterScope())
        {
            InTransaction(() =>
            {
                foreach (var table in (string[])["have", "roots", "proofs", "changes", "files"])
                    Delete($"{table} WHERE transfer", id);
                Delete("transfers WHERE id", id);
                return 0L;
            });
        }
    }

    public void Dispose()
    {
        _insertFile.Dispose();
        _record.Dispose();
        _recordRoot.Dispose();
        _recordTimes.Dispose();
        _setState.Dispose();
        _database.Dispose();
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static void Restore(RunBits have, long first, Hash256[] hashes)
    {
        var bits = MemoryMarshal.AsBytes<Hash256>(hashes);
        for (var at = 0; at < bits.Length * 8 && first + at < have.Count; at++)
        {
            if ((bits[at >> 3] >> (at & 7) & 1) != 0)
                have.Set((int)(first + at));
        }
    }

    private long Insert(TransferRow row)
    {
        var sql =
            "INSERT INTO transfers(name, destination, part, final, folder, state, created, "
            + "files, bytes, why, quiet, recorded) VALUES(?,?,?,'',?,?,?,?,?,'',?,0) RETURNING id";
        using var insert = Prepare(sql);
        insert.Bind(0, row.Name).Bind(1, row.Destination).Bind(2, row.PartName);
        insert.Bind(3, row.IsFolder ? 1 : 0).Bind(4, (long)row.State).Bind(5, row.CreatedSeconds);
        insert.Bind(6, row.Files).Bind(7, row.Bytes).Bind(8, row.IsQuiet ? 1 : 0);
        insert.Step();
        var id = insert.Long(0);
        insert.Run();
        return id;
    }

    private void Delete(string from, TransferId id)
    {
        using var delete = Prepare($"DELETE FROM {from}=?");
        delete.Bind(0, id.Value).Run();
    }

    private Statement Prepare(string sql) => new(_database.Writer, sql);

    private long InTransaction(Func<long> change)
    {
        var result = 0L;
        _database.Transact(_ => result = change());
        return result;
    }
}
