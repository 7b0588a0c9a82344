using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Storage;

/// <summary>
/// The own pseudonyms: sealed seeds, and the last head that each signed, on disk (synchronous
/// FULL) before anybody may be told. A withdrawn one's seed is erased 48 hours later. In
/// state.db; for any thread.
/// </summary>
public sealed class Pseudonyms : IDisposable
{
    /// <summary>So long paths that were begun by an old head still end here.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(48);

    private readonly StateFile _file;
    private readonly SealedRows _sealed;
    private readonly Lock _gate;
    private readonly List<PseudonymRow> _rows;

    internal Pseudonyms(StateFile file, SealedRows rows, Lock gate)
    {
        (_file, _sealed, _gate) = (file, rows, gate);
        _rows = rows.ReadPseudonyms(file);
    }

    /// <summary>
    /// The last head of each, oldest first, as far as friends may still hold one: the live one,
    /// and those withdrawn.
    /// </summary>
    public IReadOnlyList<SignedHead> Heads(Instant now)
    {
        lock (_gate)
        {
            return
            [
                .. _rows
                    .Where(row => row.Keys is not null || row.Head is { IsWithdrawal: true })
                    .Select(row => row.Head)
                    .OfType<SignedHead>()
                    .Where(head => !head.HasExpired(now)),
            ];
        }
    }

    /// <summary>When the newest pseudonym was made.</summary>
    public Instant? Since
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count == 0 ? null : _rows[^1].Made;
            }
        }
    }

    /// <summary>Whether a friend was removed since the newest was made.</summary>
    public bool IsExposed
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count > 0 && _rows[^1].IsExposed;
            }
        }
    }

    /// <summary>What it signed last.</summary>
    public SignedHead? HeadOf(PseudonymId pseudonym)
    {
        lock (_gate)
        {
            return _rows.Find(row => row.Id == pseudonym)?.Head;
        }
    }

    public bool IsOwn(PseudonymId pseudonym)
    {
        lock (_gate)
        {
            return _rows.Exists(row => row.Id == pseudonym);
        }
    }

    /// <summary>
    /// The key that answers paths to it, a copy that the caller disposes of; null: not ours, or
    /// erased.
    /// </summary>
    public Key? Find(PseudonymId pseudonym)
    {
        lock (_gate)
        {
            if (Row(pseudonym) is not { } row)
            {
                return null;
            }

            Span<byte> key = stackalloc byte[Hash256.Size];
            row.Keys!.Path.Export(key);
            var copy = Key.Import(KeyAgreementAlgorithm.X25519, key);
            CryptographicOperations.ZeroMemory(key);
            return copy;
        }
    }

    /// <summary>
    /// Signs a head, above every version signed before, and keeps it. Null: no such pseudonym.
    /// </summary>
    /// <param name="who">Null: a fresh pseudonym.</param>
    public SignedHead? Sign(
        PseudonymId? who,
        long version,
        CatalogHead content,
        int horizon,
        Instant now
    )
    {
        lock (_gate)
        {
            using var fresh = who is null ? PseudonymKeys.Create(_sealed.Entropy) : null;
            var row = who is { } known ? Row(known) : null;
            if ((row?.Keys ?? fresh) is not { } keys)
            {
                return null;
            }

            var head = SignedHead.Sign(
                new CircleHead(
                    new PseudonymId(new Hash256(keys.Signing.PublicKey.Bytes)),
                    new Hash256(keys.Path.PublicKey.Bytes),
                    Math.Max(version, (row?.Head?.Head.Version ?? 0) + 1),
                    horizon,
                    content
                ),
                keys.Signing
            );
            if (row is null)
            {
                Insert(keys, head, now);
            }
            else
            {
                Update(row, head, now);
            }

            _file.Backup();
            return head;
        }
    }

    /// <summary>
    /// Erases what is due, in the second copy too unless the disk refuses that one.
    /// </summary>
    public void EraseDue(Instant now)
    {
        lock (_gate)
        {
            var due = _rows.FindAll(row => row.Keys is not null && row.Retired + Grace <= now);
            var past = _rows.FindAll(row => row.Keys is null && row.Head?.HasExpired(now) != false);
            if (due.Count + past.Count == 0)
            {
                return;
            }

            _file.Transact(() =>
            {
                due.ForEach(row => Run("UPDATE pseudonyms SET seed=NULL WHERE id=?1", row));
                past.ForEach(row => Run("DELETE FROM pseudonyms WHERE id=?1", row));
                return true;
            });
            foreach (var row in due)
            {
                row.Keys!.Dispose();
                row.Keys = null;
            }

            past.ForEach(row => _rows.Remove(row));
            _file.Backup(forget: true);
        }
    }

    /// <summary>A friend is removed; within that transaction.</summary>
    internal bool ExposeOnDisk() => _file.Run("UPDATE pseudonyms SET exposed=1") >= 0;

    /// <summary>After that transaction.</summary>
    internal void ExposeInMemory() => _rows.ForEach(row => row.IsExposed = true);

    public void Dispose() => _rows.ForEach(row => row.Keys?.Dispose());

    private PseudonymRow? Row(PseudonymId pseudonym) =>
        _rows.Find(row => row.Id == pseudonym && row.Keys is not null);

    private void Run(string sql, PseudonymRow row) => _file.Run(sql, row.No);

    private void Insert(PseudonymKeys keys, SignedHead head, Instant now)
    {
        var no = 0L;
        _file.Transact(() =>
        {
            using var insert = _file.Command(
                "INSERT INTO pseudonyms(head, made) VALUES(?1, ?2) RETURNING id",
                head.Encoded.ToArray(),
                now.Microseconds
            );
            no = (long)insert.ExecuteScalar()!;
            var box = _sealed.Seal(no, keys);
            return _file.Run("UPDATE pseudonyms SET seed=?2 WHERE id=?1", no, box) == 1;
        });
        _rows.Add(new(no, head.Head.Pseudonym, now) { Keys = SealedRows.Copy(keys), Head = head });
    }

    private void Update(PseudonymRow row, SignedHead head, Instant now)
    {
        Instant? retired = head.IsWithdrawal ? row.Retired ?? now : null;
        _file.Run(
            "UPDATE pseudonyms SET head=?2, retired=?3 WHERE id=?1",
            row.No,
            head.Encoded.ToArray(),
            retired?.Microseconds
        );
        (row.Head, row.Retired) = (head, retired);
    }
}

/// <summary>One pseudonym of ours.</summary>
internal sealed class PseudonymRow(long no, PseudonymId id, Instant made)
{
    internal long No { get; } = no;

    internal PseudonymId Id { get; } = id;

    internal Instant Made { get; } = made;

    /// <summary>Null: erased, or beyond reading.</summary>
    internal PseudonymKeys? Keys { get; set; }

    internal SignedHead? Head { get; set; }

    /// <summary>A friend that knew it was removed.</summary>
    internal bool IsExposed { get; set; }

    /// <summary>When it was withdrawn.</summary>
    internal Instant? Retired { get; set; }
}
