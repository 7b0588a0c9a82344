"""What libtorrent makes of v2 torrents.

create OUT PIECE v2|hybrid PATH   writes a .torrent of a file or folder
create OUT PIECE v1 PATH
show FILE                         prints info hash and magnet link, then a line a file
check FILE FOLDER                 compares a folder with it, as a client does before it seeds
"""

import os
import sys

import libtorrent as lt

MAKE = lt.create_torrent
FLAGS = {"v1": MAKE.v1_only, "v2": MAKE.v2_only, "hybrid": 0}
PATIENCE_MS = 60_000


def create(out, piece, version, path):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    torrent = lt.create_torrent(storage, int(piece), FLAGS[version])
    lt.set_piece_hashes(torrent, os.path.dirname(path))
    with open(out, "wb") as file:
        file.write(lt.bencode(torrent.generate()))


def show(name):
    torrent = lt.torrent_info(name)
    files = torrent.files()
    print(torrent.info_hashes().v2)
    print(lt.make_magnet_uri(torrent))
    for i in range(files.num_files()):
        if not files.file_flags(i) & lt.file_storage.flag_pad_file:
            print(files.file_size(i), files.root(i), files.file_path(i))


def check(name, folder):
    session = lt.session(
        {
            "listen_interfaces": "127.0.0.1:0",
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "alert_mask": lt.alert.category_t.all_categories,
        }
    )
    handle = session.add_torrent({"ti": lt.torrent_info(name), "save_path": folder, "flags": 0})
    checked = False
    while not checked and session.wait_for_alert(PATIENCE_MS):
        for alert in session.pop_alerts():
            checked = checked or isinstance(alert, lt.torrent_checked_alert)
    status = handle.status()
    print(status.state, status.progress, status.total_done)


{"create": create, "show": show, "check": check}[sys.argv[1]](*sys.argv[2:])
