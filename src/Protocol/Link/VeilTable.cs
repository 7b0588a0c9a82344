using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Link;

/// <summary>
/// Every secret with which somebody may knock: friends' and open invitations'. Finds whose a hello
/// is by one HMAC each, without any public-key operation. All handshakes of a node share it, so
/// it is the one type here that locks: each call is atomic.
/// </summary>
public sealed class VeilTable : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VeilOwner, Entry> _entries = [];
    private readonly ReplayCache _replays = new(Limits.ReplaysMax);

    /// <summary>Secrets held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Adds a friend or replaces its secret; copies what it needs.</summary>
    /// <param name="agreementKey">The X25519 key that this friend must prove to have.</param>
    public void Set(VeilOwner.Friend friend, PublicKey agreementKey, PairSecret secret) =>
        Set(friend, new Entry(friend, agreementKey, secret));

    /// <summary>Adds an open invitation; copies what it needs.</summary>
    public void Set(VeilOwner.Invitation invitation, PairSecret secret) =>
        Set(invitation, new Entry(invitation, null, secret));

    /// <summary>Erases a secret: whoever has it is a stranger from here on.</summary>
    public bool Remove(VeilOwner owner)
    {
        lock (_gate)
        {
            if (!_entries.Remove(owner, out var entry))
            {
                return false;
            }

            entry.Dispose();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
            {
                entry.Dispose();
            }

            _entries.Clear();
        }
    }

    /// <summary>Whose tag this is, with a copy of the keys; null: a stranger's.</summary>
    internal VeilMatch? Find(ReadOnlySpan<byte> tagged, ReadOnlySpan<byte> tag)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
            {
                entry.Authenticate(tagged, mac);
                if (CryptographicOperations.FixedTimeEquals(mac[..tag.Length], tag))
                {
                    return entry.Match();
                }
            }
        }

        return null;
    }

    /// <summary>False: a hello with this nonce came before.</summary>
    internal bool TryClaim(ReadOnlySpan<byte> nonce)
    {
        lock (_gate)
        {
            return _replays.TryAdd(nonce);
        }
    }

    private void Set(VeilOwner owner, Entry entry)
    {
        lock (_gate)
        {
            if (_entries.Remove(owner, out var old))
            {
                old.Dispose();
            }

            _entries.Add(owner, entry);
        }
    }

    private sealed class Entry : IDisposable
    {
        private readonly VeilOwner _owner;
        private readonly PublicKey? _agreementKey;
        private readonly IncrementalHash _tag;
        private readonly SecureMemory _mask = new(PairSecret.Size);
        private readonly SecureMemory _psk = new(PairSecret.Size);

        internal Entry(VeilOwner owner, PublicKey? agreementKey, PairSecret secret)
        {
            _owner = owner;
            _agreementKey = agreementKey;
            _tag = Veil.KeyTag(secret);
            secret.DeriveVeilMaskKey(_mask.Span);
            secret.DeriveNoisePsk(_psk.Span);
        }

        public void Dispose()
        {
            _tag.Dispose();
            _mask.Dispose();
            _psk.Dispose();
        }

        internal void Authenticate(ReadOnlySpan<byte> tagged, Span<byte> mac)
        {
            _tag.AppendData(tagged);
            _tag.GetHashAndReset(mac);
        }

        internal VeilMatch Match() => new(_owner, _agreementKey, _mask.Span, _psk.Span);
    }
}

/// <summary>What answering one hello takes. Owns its copies of the keys.</summary>
internal sealed class VeilMatch(
    VeilOwner owner,
    PublicKey? agreementKey,
    ReadOnlySpan<byte> mask,
    ReadOnlySpan<byte> psk
) : IDisposable
{
    internal VeilOwner Owner { get; } = owner;

    /// <summary>What a friend's static key must be; null for invitations.</summary>
    internal PublicKey? AgreementKey { get; } = agreementKey;

    internal SecureMemory Mask { get; } = new(mask);

    internal SecureMemory Psk { get; } = new(psk);

    public void Dispose()
    {
        Mask.Dispose();
        Psk.Dispose();
    }
}
