using System.Collections.Frozen;
using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Storage;

/// <summary>Some friends under one name. A snapshot.</summary>
/// <param name="Id">Never used again for another group.</param>
public sealed record Group(int Id, string Name, IReadOnlySet<FriendId> Members);

/// <summary>
/// Groups of friends, for audiences; in state.db. Known to nobody but this node. A group that is
/// deleted has no members: what was for it is for nobody by it.
/// </summary>
public sealed class Groups
{
    private static readonly FrozenSet<FriendId> None = [];
    private readonly StateFile _file;
    private readonly Lock _gate;
    private readonly FriendTable _friends;

    // Never changed, always replaced: whoever reads needs no lock.
    private volatile FrozenDictionary<int, Group> _all;

    internal Groups(StateFile file, Lock gate, FriendTable friends)
    {
        (_file, _gate, _friends) = (file, gate, friends);
        _all = Read(file).ToFrozenDictionary(group => group.Id);
    }

    /// <summary>By name.</summary>
    public IReadOnlyList<Group> All =>
        [.. _all.Values.OrderBy(group => group.Name, StringComparer.Ordinal)];

    public bool IsFull => _all.Count >= Limits.GroupsMax;

    public static bool IsName(string name) =>
        Encoding.UTF8.GetByteCount(name) <= Limits.GroupNameBytesMax
        && CardName.IsValid(Encoding.UTF8.GetBytes(name));

    public Group? Find(int id) => _all.GetValueOrDefault(id);

    public Group? Find(string name) => _all.Values.FirstOrDefault(group => group.Name == name);

    /// <summary>Empty if there is no such group.</summary>
    public IReadOnlySet<FriendId> Members(int id) => Find(id)?.Members ?? None;

    /// <summary>
    /// Null: the name is taken or none, or Limits.GroupsMax are there.
    /// </summary>
    public Group? Create(string name)
    {
        lock (_gate)
        {
            if (IsFull || !IsName(name) || Find(name) is not null)
            {
                return null;
            }

            using var insert = _file.Command(
                "INSERT INTO groups(name) VALUES(?1) RETURNING id",
                name
            );
            var group = new Group(Convert.ToInt32(insert.ExecuteScalar(), null), name, None);
            Keep(group);
            _file.Backup();
            return group;
        }
    }

    /// <summary>Gives the group as it was; null: there is none.</summary>
    public Group? Delete(int id)
    {
        lock (_gate)
        {
            if (Find(id) is not { } old)
            {
                return null;
            }

            _file.Transact(() =>
                _file.Run("DELETE FROM members WHERE grp=?1", id) >= 0
                && _file.Run("DELETE FROM groups WHERE id=?1", id) == 1
            );
            _all = _all.Where(pair => pair.Key != id).ToFrozenDictionary();
            _file.Backup();
            return old;
        }
    }

    /// <summary>
    /// Who comes in and who leaves, as one change. Gives the group; null: there is none.
    /// </summary>
    /// <param name="put">Who is no friend (any more) does not come in.</param>
    public Group? Change(
        int id,
        IReadOnlyCollection<FriendId> put,
        IReadOnlyCollection<FriendId> taken
    )
    {
        lock (_gate)
        {
            if (Find(id) is not { } group)
            {
                return null;
            }

            var members = group
                .Members.Concat(put.Where(friend => _friends.Row(friend) is not null))
                .Except(taken)
                .ToFrozenSet();
            _file.Transact(() =>
            {
                _file.Run("DELETE FROM members WHERE grp=?1", id);
                return members.All(friend => PutOnDisk(id, friend));
            });
            Keep(group = group with { Members = members });
            _file.Backup();
            return group;
        }
    }

    /// <summary>Within a transaction. False: there is no such group (any more).</summary>
    internal bool PutOnDisk(int id, FriendId friend) =>
        _all.ContainsKey(id)
        && _file.Run("INSERT OR IGNORE INTO members VALUES(?1, ?2)", id, friend.ToString()) >= 0;

    /// <summary>After that transaction.</summary>
    internal void PutInMemory(int id, FriendId friend)
    {
        if (Find(id) is { } group)
        {
            Keep(group with { Members = group.Members.Append(friend).ToFrozenSet() });
        }
    }

    /// <summary>Within a transaction: this one is in no group any more. Always true.</summary>
    internal bool LeaveOnDisk(FriendId friend) =>
        _file.Run("DELETE FROM members WHERE friend=?1", friend.ToString()) >= 0;

    /// <summary>After that transaction.</summary>
    internal void LeaveInMemory(FriendId friend) =>
        _all = _all.Values.Select(group => Without(group, friend)).ToFrozenDictionary(g => g.Id);

    private static Group Without(Group group, FriendId friend) =>
        group.Members.Contains(friend)
            ? group with
            {
                Members = group.Members.Where(member => member != friend).ToFrozenSet(),
            }
            : group;

    private static List<Group> Read(StateFile file)
    {
        var members = new Dictionary<int, HashSet<FriendId>>();
        using (var command = file.Command("SELECT grp, friend FROM members"))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var id = reader.GetInt32(0);
                if (!members.TryGetValue(id, out var group))
                {
                    members.Add(id, group = []);
                }

                if (FriendId.TryParse(reader.GetString(1), out var friend))
                {
                    group.Add(friend);
                }
            }
        }

        var groups = new List<Group>();
        using var list = file.Command("SELECT id, name FROM groups");
        using var rows = list.ExecuteReader();
        while (rows.Read())
        {
            var id = rows.GetInt32(0);
            var group = members.GetValueOrDefault(id)?.ToFrozenSet() ?? None;
            groups.Add(new(id, rows.GetString(1), group));
        }

        return groups;
    }

    private void Keep(Group group) =>
        _all = _all
            .Values.Where(one => one.Id != group.Id)
            .Append(group)
            .ToFrozenDictionary(one => one.Id);
}
