#!/usr/bin/env python3
"""Prints docs/vectors/paths.txt, from docs/protocol-paths.md and the Noise specification alone.

A second implementation of the handshake within a path, on python3-cryptography:
    python3 docs/vectors/paths.py | diff docs/vectors/paths.txt -
"""

import hashlib
import hmac
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305


def run(first, count):
    return bytes((first + i) & 255 for i in range(count))


def seal(key, n, ad, plain):
    return ChaCha20Poly1305(key).encrypt(bytes(4) + n.to_bytes(8, "little"), plain, ad)


def public(private):
    key = x25519.X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)


def dh(private, other):
    key = x25519.X25519PrivateKey.from_private_bytes(private)
    return key.exchange(x25519.X25519PublicKey.from_public_bytes(other))


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


class Noise:
    """The symmetric state of Noise_NK_25519_ChaChaPoly_SHA256."""

    def __init__(self, prologue, responder):
        name = b"Noise_NK_25519_ChaChaPoly_SHA256"
        self.ck = self.h = name.ljust(32, b"\0")
        self.mix_hash(prologue)
        self.mix_hash(responder)

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def hkdf(self, data):
        first = mac(mac(self.ck, data), b"\x01")
        return first, mac(mac(self.ck, data), first + b"\x02")

    def mix_key(self, data):
        (self.ck, self.k), self.n = self.hkdf(data), 0

    def encrypt(self, plain):
        box = seal(self.k, self.n, self.h, plain)
        self.n += 1
        self.mix_hash(box)
        return box


def seal_quick(key, n, plain):
    return AESGCM(key).encrypt(bytes(4) + n.to_bytes(8, "big"), plain, b"")


def record(key, kind, stream, body):
    header = len(body).to_bytes(3, "little") + bytes([kind]) + stream.to_bytes(4, "little")
    return seal_quick(key, 0, header) + seal_quick(key, 1, body)


# Bit 0: quick at AES-256-GCM. Both are, so the records are sealed with it.
OFFER = b"\x01"
pseudonym, path, e, re = run(0, 32), run(0x20, 32), run(0x40, 32), run(0x60, 32)

noise = Noise(b"FriendNet path 1" + pseudonym, public(path))
noise.mix_hash(public(e))
noise.mix_key(dh(e, public(path)))
hello = public(e) + noise.encrypt(OFFER)
noise.mix_hash(public(re))
noise.mix_key(dh(re, public(e)))
answer = public(re) + noise.encrypt(OFFER)
to_owner, to_asker = noise.hkdf(b"")

print(f"""\
The handshake within a trust path, and a record of each side after it. All values are hex;
docs/protocol-paths.md has the layouts. Made by paths.py, a second implementation.

pseudonym = {pseudonym.hex()}
path secret = {path.hex()}

Ephemeral keys of both sides:
asker random = {e.hex()}
owner random = {re.hex()}

hello = {hello.hex()}
answer = {answer.hex()}

Both offer AES-256-GCM. Records as on any link, without padding: PART on stream 1 with body "abc".
asker record = {record(to_owner, 2, 1, b"abc").hex()}
owner record = {record(to_asker, 2, 1, b"abc").hex()}""")
