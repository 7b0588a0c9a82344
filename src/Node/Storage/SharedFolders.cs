using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Storage;

/// <summary>A folder that is shared.</summary>
public sealed record SharedFolder(int Id, string Name, string Path, Audience Audience);

/// <summary>Which folders are shared, under which name, with whom; in state.db.</summary>
public sealed class SharedFolders
{
    private readonly StateFile _file;
    private readonly Lock _gate;

    // Never changed, always replaced: whoever reads needs no lock.
    private volatile SharedFolder[] _all;

    internal SharedFolders(StateFile file, Lock gate)
    {
        (_file, _gate) = (file, gate);
        using var command = file.Command("SELECT id, name, path, audience FROM shares ORDER BY id");
        using var reader = command.ExecuteReader();
        var all = new List<SharedFolder>();
        while (reader.Read())
        {
            var stored = reader.IsDBNull(3) ? "" : reader.GetString(3);
            // Beyond reading is for nobody: never for more than was meant.
            var audience = Audience.TryParse(stored) ?? Audience.Nobody;
            all.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), audience));
        }

        _all = [.. all];
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SharedFolder> All => _all;

    /// <summary>Null: there is none.</summary>
    public SharedFolder? Find(int id) => Array.Find(_all, share => share.Id == id);

    /// <summary>Null: the name is taken.</summary>
    public SharedFolder? Add(string name, string path, Audience audience)
    {
        lock (_gate)
        {
            if (Array.Exists(_all, share => share.Name == name))
            {
                return null;
            }

            using var insert = _file.Command(
                "INSERT INTO shares(name, path, audience) VALUES(?1, ?2, ?3) RETURNING id",
                name,
                path,
                audience.ToString()
            );
            var id = Convert.ToInt32(insert.ExecuteScalar(), null);
            var share = new SharedFolder(id, name, path, audience);
            _all = [.. _all, share];
            _file.Backup();
            return share;
        }
    }

    /// <summary>
    /// Who may see it from now on. Gives the share as it was; null: there is none.
    /// </summary>
    public SharedFolder? Change(int id, Audience audience)
    {
        lock (_gate)
        {
            if (Find(id) is not { } old)
            {
                return null;
            }

            _file.Run("UPDATE shares SET audience=?2 WHERE id=?1", id, audience.ToString());
            var share = old with { Audience = audience };
            _all = [.. _all.Select(one => one.Id == id ? share : one)];
            _file.Backup();
            return old;
        }
    }

    /// <summary>Gives the share as it was; null: there is none.</summary>
    public SharedFolder? Remove(int id)
    {
        lock (_gate)
        {
            if (Find(id) is not { } old)
            {
                return null;
            }

            _file.Run("DELETE FROM shares WHERE id=?1", id);
            _all = [.. _all.Where(share => share.Id != id)];
            _file.Backup();
            return old;
        }
    }
}
