#!/usr/bin/env python3
"""Prints docs/vectors/circles.txt, from docs/protocol-circles.md and docs/protocol-catalogs.md alone.

A second implementation of pseudonyms, heads, told sets and deltas, on python3-cryptography:
    python3 docs/vectors/circles.py | diff docs/vectors/circles.txt -
"""

import hashlib
import hmac
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

RAW = (ser.Encoding.Raw, ser.PublicFormat.Raw)


def sha(data):
    return hashlib.sha256(data).digest()


def hkdf32(ikm, info):
    prk = hmac.new(bytes(32), ikm, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def node(items, depth):
    """Items: (key, digest), ascending."""
    if not items:
        return bytes(32)
    if len(items) <= 32:
        return sha(b"\x01" + b"".join(key + digest for key, digest in items))
    def at(key):
        return key[depth // 2] >> (0 if depth % 2 else 4) & 15
    return sha(b"\x02" + b"".join(node([i for i in items if at(i[0]) == n], depth + 1) for n in range(16)))


def encode(path, length, modified, root):
    return varint(len(path)) + path + varint(length) + varint(modified) + (root if length else b"")


def tree(entries):
    return node(sorted((sha(e[0]), sha(encode(*e))) for e in entries), 0)


def steps(entries, before=b""):
    """One batch of upserts."""
    out = varint(len(entries))
    for path, length, modified, root in entries:
        shared = 0
        while shared < min(len(before), len(path)) and before[shared] == path[shared]:
            shared += 1
        rest = path[shared:]
        out += varint(shared) + varint(4 * len(rest)) + rest
        out += varint(length) + varint(modified) + (root if length else b"")
        before = path
    return out


def brotli(plain):
    """RFC 7932: window 2^16, one uncompressed meta-block, then an empty last one."""
    return ((len(plain) - 1) << 4 | 1 << 20).to_bytes(3, "little") + plain + b"\x03"


class Pseudonym:
    def __init__(self, seed):
        self.seed = seed
        self.signing = ed25519.Ed25519PrivateKey.from_private_bytes(hkdf32(seed, b"FriendNet pseudonym signing"))
        self.path = x25519.X25519PrivateKey.from_private_bytes(hkdf32(seed, b"FriendNet pseudonym path"))
        self.id = self.signing.public_key().public_bytes(*RAW)

    def head(self, version, horizon, entries):
        body = b"\x01" + self.id + self.path.public_key().public_bytes(*RAW)
        body += version.to_bytes(8, "big") + bytes([horizon]) + len(entries).to_bytes(4, "big")
        body += sum(e[1] for e in entries).to_bytes(8, "big") + tree(entries)
        return body + self.signing.sign(b"FriendNet circle head 1" + body)


def item(head, hops):
    return head[1:33], sha(head)[:31] + bytes([hops])


small = [
    (b"Films/credits.txt", 0, 0, bytes(32)),
    (b"Films/one.mkv", 1_000_000, 1_700_000_000, sha(b"one")),
    (b"Films/two.mkv", 16_384, 1_700_000_001, sha(b"two")),
]
large = [(b"Many/%03d" % i, i + 1, i, sha(b"%03d" % i)) for i in range(100)]
one, two = Pseudonym(bytes(range(32))), Pseudonym(bytes(range(32, 64)))
first = one.head(1_800_000_000, 2, small)
second = two.head(1_800_000_123, 4, large)
gone = one.head(1_800_000_001, 2, [])
told = sorted([item(first, 1), item(second, 2)])
changed = small + [(b"Films/two.srt", 7, 1_700_000_002, sha(b"srt"))]
third = one.head(1_800_000_002, 2, changed)


def delta(before, after, added):
    tags = (tree(before)[:8] if before else bytes(8)) + tree(after)[:8]
    return brotli(b"\x02" + tags + steps(added) + b"\x00")


print(f"""\
Circles: pseudonyms, heads, what is told, deltas. All values are hex. Made by circles.py, a second
implementation; docs/protocol-circles.md and docs/protocol-catalogs.md have the layouts.

Three entries: Films/credits.txt (0 bytes, modified 0), Films/one.mkv (1,000,000 bytes, modified
1,700,000,000, root SHA-256 of "one"), Films/two.mkv (16,384 bytes, 1,700,000,001, of "two").
small root = {tree(small).hex()}

A hundred: Many/000 to Many/099, number i with i + 1 bytes, modified i, root SHA-256 of "000" to "099".
large root = {tree(large).hex()}

seed one = {one.seed.hex()}
seed two = {two.seed.hex()}
pseudonym one = {one.id.hex()}

The three entries by one, version 1,800,000,000, horizon 2; the hundred by two, version
1,800,000,123, horizon 4; a withdrawal by one, version 1,800,000,001, horizon 2.
head one = {first.hex()}
head two = {second.hex()}
withdrawal = {gone.hex()}
id of head one = {sha(first).hex()}

Told: head one at 1 hop, head two at 2.
told root = {node(told, 0).hex()}

Form 2, Brotli without compression: the three entries from nothing; then from these to four, with
Films/two.srt (7 bytes, 1,700,000,002, of "srt"), and the head that is signed for them.
whole = {delta([], small, small).hex()}
delta = {delta(small, changed, changed[3:]).hex()}
head three = {third.hex()}""")
