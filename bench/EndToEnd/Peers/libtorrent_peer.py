"""One end of transfers by libtorrent, told what to do on standard input.

Arguments: the address and port it listens on, and "plain" or "rc4". A line is a command and its
words, separated by tabs; each is answered by one line, "done" or what went wrong.
  make TORRENT PATH v1|v2 TRACKER   writes a .torrent of a file or folder; TRACKER "-": none
  seed TORRENT FOLDER               has PATH in FOLDER: hashed, then offered
  get TORRENT FOLDER PORT           fetches into FOLDER from that port; done when written out
Everything that would speak to others (DHT, LSD, UPnP, NAT-PMP, uTP) is off; the rest is as
libtorrent sets it.
"""

import os
import sys
import time

import libtorrent

SECONDS_MAX = 240
FORCED, DISABLED, PLAINTEXT, RC4 = 0, 2, 1, 2  # settings_pack: enc_policy, enc_level

address, port, encryption = sys.argv[1:]
policy, level = (FORCED, RC4) if encryption == "rc4" else (DISABLED, PLAINTEXT)
session = libtorrent.session(
    {
        "listen_interfaces": f"{address}:{port}",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_outgoing_utp": False,
        "enable_incoming_utp": False,
        "in_enc_policy": policy,
        "out_enc_policy": policy,
        "allowed_enc_level": level,
        "prefer_rc4": encryption == "rc4",
        "alert_mask": libtorrent.alert.category_t.status_notification
        | libtorrent.alert.category_t.storage_notification
        | libtorrent.alert.category_t.error_notification,
    }
)


def make(torrent, path, version, tracker):
    storage = libtorrent.file_storage()
    libtorrent.add_files(storage, path)
    flag = libtorrent.create_torrent.v2_only if version == "v2" else libtorrent.create_torrent.v1_only
    made = libtorrent.create_torrent(storage, 0, flag)
    made.set_priv(True)
    if tracker != "-":
        made.add_tracker(tracker)
    libtorrent.set_piece_hashes(made, os.path.dirname(path))
    with open(torrent, "wb") as file:
        file.write(libtorrent.bencode(made.generate()))


def add(torrent, folder):
    params = libtorrent.add_torrent_params()
    params.ti = libtorrent.torrent_info(torrent)
    params.save_path = folder
    params.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)
    return session.add_torrent(params)


def wait(kind):
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, kind):
                return
            if isinstance(alert, (libtorrent.torrent_error_alert, libtorrent.file_error_alert)):
                raise RuntimeError(alert.message())
    raise TimeoutError(f"no {kind.__name__} within {SECONDS_MAX} s")


def seed(torrent, folder):
    handle = add(torrent, folder)
    wait(libtorrent.torrent_checked_alert)
    if not handle.status().is_seeding:
        raise RuntimeError("what it has is not what the .torrent says")


def get(torrent, folder, source):
    handle = add(torrent, folder)
    handle.connect_peer((address, int(source)))
    wait(libtorrent.torrent_finished_alert)
    handle.flush_cache()
    wait(libtorrent.cache_flushed_alert)
    session.remove_torrent(handle)


for line in sys.stdin:
    command, *words = line.rstrip("\n").split("\t")
    try:
        {"make": make, "seed": seed, "get": get}[command](*words)
        print("done", flush=True)
    except Exception as error:  # the runner reports it
        print(f"{type(error).__name__}: {error}", flush=True)
