#!/usr/bin/env python3
"""Prints docs/vectors/link.txt, from docs/protocol.md and the Noise specification alone.

A second implementation of the veil, the handshake and the records, on python3-cryptography:
    python3 docs/vectors/link.py | diff docs/vectors/link.txt -
"""

import hashlib
import hmac
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305


def run(first, count):
    return bytes((first + i) & 255 for i in range(count))


def le(value, size):
    return value.to_bytes(size, "little")


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(ikm, salt, info, size):
    prk, out, block, i = mac(salt, ikm), b"", b"", 1
    while len(out) < size:
        block = mac(prk, block + info + bytes([i]))
        out, i = out + block, i + 1
    return out[:size]


def seal(key, n, ad, plain):
    return ChaCha20Poly1305(key).encrypt(bytes(4) + le(n, 8), plain, ad)


def seal_aes(key, n, ad, plain):
    return AESGCM(key).encrypt(bytes(4) + n.to_bytes(8, "big"), plain, ad)


def rekey(key, seal):
    return seal(key, 2**64 - 1, b"", bytes(32))[:32]


def public(private):
    key = x25519.X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)


def dh(private, other):
    key = x25519.X25519PrivateKey.from_private_bytes(private)
    return key.exchange(x25519.X25519PublicKey.from_public_bytes(other))


class Noise:
    """The symmetric state of Noise_IKpsk2_25519_ChaChaPoly_SHA256."""

    def __init__(self, prologue, responder):
        self.ck = self.h = hashlib.sha256(b"Noise_IKpsk2_25519_ChaChaPoly_SHA256").digest()
        self.mix_hash(prologue)
        self.mix_hash(responder)

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, data):
        out = hkdf(data, self.ck, b"", 64)
        self.ck, self.k, self.n = out[:32], out[32:], 0

    def mix_ephemeral(self, e):
        self.mix_hash(e)
        self.mix_key(e)

    def mix_psk(self, psk):
        out = hkdf(psk, self.ck, b"", 96)
        self.ck, self.k, self.n = out[:32], out[64:], 0
        self.mix_hash(out[32:64])

    def encrypt(self, plain):
        box = seal(self.k, self.n, self.h, plain)
        self.n += 1
        self.mix_hash(box)
        return box

    def split(self):
        out = hkdf(b"", self.ck, b"", 64)
        return out[:32], out[32:]


def veiled(head, key, total, noise):
    """Completes a hello or an answer; head lacks the masked length (and the tag)."""
    nonce, tag_key, salt, info = head
    keys = hkdf(key, salt, info, 34)
    head_bytes = 34 if tag_key else 18
    masked = le((total - head_bytes) ^ int.from_bytes(keys[32:], "little"), 2)
    start = nonce + masked
    if tag_key:
        start += mac(tag_key, start)[:16]
    plain = le(len(noise), 2) + noise
    return start + seal(keys[:32], 0, start, plain.ljust(total - head_bytes - 16, b"\0"))


def record(seal, key, n, kind, stream, body):
    header = le(len(body), 3) + bytes([kind]) + le(stream, 4)
    return seal(key, n, b"", header) + (seal(key, n + 1, b"", body) if body else b"")


pair, s, r, time = run(0, 32), run(0x20, 32), run(0x40, 32), 1_800_000_000_000_000
nonce, e, draw = run(0x60, 16), run(0x70, 32), le(7, 4)
re, re_draw, re_nonce = run(0x90, 32), le(9, 4), run(0xB0, 16)
tag_key = hkdf(pair, b"", b"FriendNet veil tag", 32)
mask_key = hkdf(pair, b"", b"FriendNet veil mask", 32)
psk = hkdf(pair, b"", b"FriendNet noise psk", 32)



def link(offer):
    """Hello, answer and the keys of both directions, both sides making the same offer."""
    noise = Noise(b"FriendNet link 1" + nonce, public(r))
    noise.mix_ephemeral(public(e))
    noise.mix_key(dh(e, public(r)))
    first = public(e) + noise.encrypt(public(s))
    noise.mix_key(dh(s, public(r)))
    first += noise.encrypt(le(time, 8) + bytes([offer]))
    hello = veiled((nonce, tag_key, nonce, b"FriendNet veil hello"), mask_key, 512 + 7, first)

    noise.mix_ephemeral(public(re))
    noise.mix_key(dh(re, public(e)))
    noise.mix_key(dh(re, public(s)))
    noise.mix_psk(psk)
    second = public(re) + noise.encrypt(bytes([offer]))
    salt = nonce + re_nonce
    answer = veiled((re_nonce, None, salt, b"FriendNet veil answer"), mask_key, 512 + 9, second)
    return hello, answer, *noise.split()


key = b"0123456789abcdef0123456789abcdef"
stream = 0x01020304


def shown(prefix, offer, seal):
    """What depends on the offers."""
    hello, answer, to_answerer, to_dialer = link(offer)
    message = bytes.fromhex("0a020801")
    after = record(seal, key, 2, 9, 0, b"") + record(seal, rekey(key, seal), 3, 5, stream, b"")
    return f"""\
{prefix}hello = {hello.hex()}

{prefix}answer = {answer.hex()}

The first record of each side: MESSAGE, Hello of version 1 (0a020801).
{prefix}dialer record = {record(seal, to_answerer, 0, 0, 0, message).hex()}
{prefix}answerer record = {record(seal, to_dialer, 0, 0, 0, message).hex()}

Records under the key "0123456789abcdef0123456789abcdef" (ASCII): PART on stream 0x01020304 with
body "abc"; then, as a rekey is due, REKEY and END on the same stream.
{prefix}record = {record(seal, key, 0, 2, stream, b"abc").hex()}
{prefix}record after rekey = {after.hex()}"""


print(f"""\
One link between friends, from the hello to the first record of each side. All values are hex.
Random bytes are in the order in which they are drawn; docs/protocol.md has the layouts. Made by
link.py, a second implementation.

pair secret = {pair.hex()}
dialer static = {s.hex()}
answerer static = {r.hex()}
Time, microseconds: {time}.

Nonce of the hello, ephemeral key, draw of the length (u32, little endian; 512 + draw mod 889):
dialer random = {(nonce + e + draw).hex()}

Ephemeral key, draw of the length, nonce of the answer:
answerer random = {(re + re_draw + re_nonce).hex()}

Neither side offers AES: all is sealed with ChaCha20-Poly1305.

{shown("", 0, seal)}

Both sides offer AES: records are sealed with AES-256-GCM.

{shown("aes ", 1, seal_aes)}""")
