using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Storage;

/// <summary>A folder that is shared.</summary>
/// <param name="Friends">Who may see it; null: all friends.</param>
public sealed record SharedFolder(
    int Id,
    string Name,
    string Path,
    IReadOnlyList<FriendId>? Friends
)
{
    public bool IsFor(FriendId friend) => Friends?.Contains(friend) ?? true;
}

/// <summary>Which folders are shared, under which name, with whom; in state.db.</summary>
public sealed class SharedFolders
{
    private const char FriendEnd = '\n';
    private readonly StateFile _file;
    private readonly Lock _gate;
    private readonly List<SharedFolder> _all = [];

    internal SharedFolders(StateFile file, Lock gate)
    {
        (_file, _gate) = (file, gate);
        using var command = file.Command("SELECT id, name, path, friends FROM shares ORDER BY id");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var friends = reader.IsDBNull(3) ? null : Parse(reader.GetString(3));
            _all.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), friends));
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SharedFolder> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>Null: the name is taken.</summary>
    public SharedFolder? Add(string name, string path, IReadOnlyList<FriendId>? friends)
    {
        lock (_gate)
        {
            if (_all.Exists(share => string.Equals(share.Name, name, StringComparison.Ordinal)))
            {
                return null;
            }

            using var insert = _file.Command(
                "INSERT INTO shares(name, path, friends) VALUES(?1, ?2, ?3) RETURNING id",
                name,
                path,
                friends is null ? null : string.Join(FriendEnd, friends)
            );
            var id = Convert.ToInt32(insert.ExecuteScalar(), null);
            var share = new SharedFolder(id, name, path, friends);
            _all.Add(share);
            _file.Backup();
            return share;
        }
    }

    public bool Remove(int id)
    {
        lock (_gate)
        {
            if (!_all.Exists(share => share.Id == id))
            {
                return false;
            }

            _file.Run("DELETE FROM shares WHERE id=?1", id);
            _all.RemoveAll(share => share.Id == id);
            _file.Backup();
            return true;
        }
    }

    // A name that is no id any more shows the share to nobody: never to more than was meant.
    private static List<FriendId> Parse(string text)
    {
        var friends = new List<FriendId>();
        foreach (var id in text.Split(FriendEnd, StringSplitOptions.RemoveEmptyEntries))
        {
            if (FriendId.TryParse(id, out var friend))
            {
                friends.Add(friend);
            }
        }

        return friends;
    }
}
